-- Tickets with what their custom fields and tags say: the order they are about, and why the customer wrote.
with tickets as (

    select * from {{ raw_rows('zendesk', 'ticket') }}

),

tags as (

    select * from {{ raw_rows('zendesk', 'ticket_tag') }}

),

priorities as (

    select * from {{ ref('zendesk__priority') }}

),

channels as (

    select * from {{ ref('zendesk__channel') }}

),

causes as (

    select * from {{ ref('zendesk__cause') }}

),

tagged_orders as (

    select
        {{ to_text('ticket_id') }} as ticket_id,
        min(nullif(regexp_extract(lower({{ to_text('tag') }}), '^order[_-]?([0-9]+)$', 1), '')) as order_number
    from tags
    group by {{ to_text('ticket_id') }}

),

-- Of several tags that name a cause, the one that stands first in the seed holds.
tagged_causes as (

    select
        {{ to_text('tags.ticket_id') }} as ticket_id,
        causes.cause
    from tags
    inner join causes on lower({{ to_text('tags.tag') }}) = causes.cause_raw
    qualify row_number() over (
        partition by {{ to_text('tags.ticket_id') }} order by causes.preference, causes.cause_raw, tags._row
    ) = 1

)

select
    {{ to_text('tickets.id') }} as ticket_id,
    {{ to_text('tickets.requester_id') }} as requester_id,
    {{ to_text('tickets.submitter_id') }} as submitter_id,
    {{ to_text('tickets.assignee_id') }} as assignee_id,
    {{ to_text('tickets.group_id') }} as group_id,
    coalesce(
        nullif(regexp_extract({{ to_text('tickets.custom_order_number') }}, '([0-9]{4,})', 1), ''),
        tagged_orders.order_number
    ) as order_number,
    lower({{ to_text('tickets.status') }}) as status_raw,
    lower({{ to_text('tickets.priority') }}) as priority_raw,
    priorities.priority,
    lower({{ to_text('tickets.via_channel') }}) as channel_raw,
    channels.channel,
    lower({{ to_text('tickets.type') }}) as ticket_type,
    lower({{ to_text('tickets.custom_contact_reason') }}) as cause_raw,
    case
        when {{ to_text('tickets.custom_contact_reason') }} is null then tagged_causes.cause
        else causes.cause
    end as cause,
    {{ to_text('tickets.merged_ticket_ids') }} as merged_ticket_ids,
    {{ to_timestamp('tickets.created_at') }} as opened_at,
    {{ to_timestamp('tickets.updated_at') }} as updated_at,
    coalesce(lower({{ to_text('tickets.status') }}) = 'deleted', false)
    or {{ fivetran_is_deleted('tickets') }} as is_deleted,
    tickets._load_id,
    tickets._file,
    tickets._row
from tickets
left join tagged_orders on {{ to_text('tickets.id') }} = tagged_orders.ticket_id
left join tagged_causes on {{ to_text('tickets.id') }} = tagged_causes.ticket_id
left join priorities on lower({{ to_text('tickets.priority') }}) = priorities.priority_raw
left join channels on lower({{ to_text('tickets.via_channel') }}) = channels.channel_raw
left join causes on lower({{ to_text('tickets.custom_contact_reason') }}) = causes.cause_raw

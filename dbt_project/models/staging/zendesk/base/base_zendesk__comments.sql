-- Comments without their text: when, by whom, and whether the customer can see them.
with comments as (

    select * from {{ raw_rows('zendesk', 'ticket_comment') }}

),

tickets as (

    select * from {{ ref('base_zendesk__tickets') }}

),

users as (

    select * from {{ ref('base_zendesk__users') }}

),

ordered as (

    select
        {{ to_text('id') }} as comment_id,
        {{ to_text('ticket_id') }} as ticket_id,
        {{ to_text('user_id') }} as author_id,
        coalesce({{ to_boolean('public') }}, false) as is_public,
        {{ to_timestamp('created') }} as commented_at,
        _load_id,
        _file,
        _row,
        row_number() over (
            partition by {{ to_text('ticket_id') }}
            order by {{ to_timestamp('created') }}, length({{ to_text('id') }}), id
        ) = 1 as is_first
    from comments
    where not {{ fivetran_is_deleted() }}

)

select
    ordered.comment_id,
    ordered.ticket_id,
    ordered.author_id,
    ordered.is_public,
    ordered.commented_at,
    ordered._load_id,
    ordered._file,
    ordered._row,
    -- Zendesk's own automations write under no number, or a negative one.
    case when coalesce(ordered.author_id, '-') like '-%' then 'system' else users.actor_role end as actor_role,
    -- The first comment of whoever opened the ticket is the request, also if an agent wrote it down.
    ordered.is_first and coalesce(ordered.author_id = tickets.submitter_id, false) as is_request,
    coalesce(ordered.author_id = tickets.requester_id, false) as is_by_requester
from ordered
left join tickets on ordered.ticket_id = tickets.ticket_id
left join users on ordered.author_id = users.user_id

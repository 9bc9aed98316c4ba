-- Cases, if they are what the company calls tickets: where another system in use is a service desk, cases are copies or
-- belong to other work, and none is offered.
{%- set desks = var('weft_canonical').get('tickets', []) | reject('equalto', 'stg_salesforce__tickets') | list %}
with cases as (

    select * from {{ raw_rows('salesforce', 'case') }}

),

channels as (

    select * from {{ ref('salesforce__case_origin') }}

),

priorities as (

    select * from {{ ref('salesforce__case_priority') }}

),

causes as (

    select * from {{ ref('salesforce__case_reason') }}

)

select
    {{ to_text('cases.id') }} as case_id,
    coalesce({{ to_text('cases.contact_id') }}, {{ to_text('cases.account_id') }}) as customer_record_id,
    regexp_extract({{ to_text('cases.order_number_c') }}, '([0-9]{4,})', 1) as order_number,
    lower(coalesce({{ to_text('cases.contact_email') }}, {{ to_text('cases.supplied_email') }})) as requester_email,
    {{ to_text('cases.origin') }} as channel_raw,
    channels.channel,
    {{ to_text('cases.status') }} as status_raw,
    {{ to_text('cases.priority') }} as priority_raw,
    priorities.priority,
    {{ to_text('cases.type') }} as ticket_type_raw,
    {{ to_text('cases.reason') }} as cause_raw,
    causes.cause,
    {{ to_text('cases.owner_id') }} as assignee_id,
    {{ to_text('cases.language') }} as language_tag,
    {{ to_timestamp('cases.created_date') }} as opened_at,
    {{ to_timestamp('cases.closed_date') }} as closed_at,
    {{ to_timestamp('coalesce(cases.last_modified_date, cases.system_modstamp)') }} as updated_at,
    {{ row_is_gone('is_deleted', 'cases') }} as is_deleted,
    cases._load_id,
    cases._file,
    cases._row
from cases
left join channels on lower({{ to_text('cases.origin') }}) = lower(channels.channel_raw)
left join priorities on lower({{ to_text('cases.priority') }}) = lower(priorities.priority_raw)
left join causes on lower({{ to_text('cases.reason') }}) = lower(causes.cause_raw)
where {{ 'false' if desks else 'true' }}

-- Cases, if they are what the company calls tickets: where another system in use is a service desk, cases are copies or belong to
-- other work, and none is offered.
{%- set desks = var('weft_canonical').get('tickets', []) | reject('equalto', 'stg_salesforce__tickets') | list %}
with cases as (

    select * from {{ raw_rows('salesforce', 'case') }}

)

select
    {{ to_text('id') }} as case_id,
    coalesce({{ to_text('contact_id') }}, {{ to_text('account_id') }}) as customer_record_id,
    regexp_extract({{ to_text('order_number_c') }}, '([0-9]{4,})', 1) as order_number,
    lower(coalesce({{ to_text('contact_email') }}, {{ to_text('supplied_email') }})) as requester_email,
    {{ to_text('origin') }} as channel_raw,
    {{ to_text('status') }} as status_raw,
    {{ to_text('priority') }} as priority_raw,
    {{ to_text('type') }} as ticket_type_raw,
    {{ to_text('reason') }} as cause_raw,
    {{ to_text('owner_id') }} as assignee_id,
    {{ to_text('language') }} as language,
    {{ to_timestamp('created_date') }} as opened_at,
    {{ to_timestamp('closed_date') }} as closed_at,
    {{ to_timestamp('coalesce(last_modified_date, system_modstamp)') }} as updated_at,
    {{ row_is_gone('cases', 'is_deleted') }} as is_deleted,
    _load_id,
    _file,
    _row
from cases
where {{ 'false' if desks else 'true' }}

with cases as (

    select * from {{ ref('base_salesforce__cases') }}

),

survivors as (

    select * from {{ ref('base_salesforce__surviving_records') }}

),

customer_numbers as (

    select * from {{ ref('base_salesforce__customer_numbers') }}

),

statuses as (

    select * from {{ ref('salesforce__case_status') }}

)

select
    {{ entity_key('ticket', 'salesforce', 'cases.case_id') }} as ticket_key,
    cases.case_id as ticket_id,
    {{ entity_key('customer', 'salesforce', 'coalesce(customer_numbers.customer_id, cases.customer_record_id)') }}
        as customer_key,
    {{ entity_key('order', 'salesforce', to_text('cases.order_number')) }} as order_key,
    cases.requester_email,
    cases.channel,
    cases.status_raw,
    statuses.status,
    cases.priority,
    case
        when lower(cases.ticket_type_raw) in ('question', 'problem', 'incident', 'task')
            then lower(cases.ticket_type_raw)
    end as ticket_type,
    cases.cause,
    cast(null as varchar) as group_name,
    cases.assignee_id,
    cases.language_tag as language,
    cases.opened_at,
    cast(null as timestamp) as first_responded_at,
    cases.closed_at as solved_at,
    cast(null as timestamp) as first_response_due_at,
    cast(null as varchar) as satisfaction,
    case
        when survivors.surviving_id <> cases.case_id
            then {{ entity_key('ticket', 'salesforce', 'survivors.surviving_id') }}
    end as merged_into_ticket_key,
    {{ origin_columns('salesforce', 'cases.case_id', 'cases.updated_at', 'cases.is_deleted', origin='cases') }}
from cases
left join survivors on cases.case_id = survivors.record_id and survivors.record_type = 'case'
left join customer_numbers on cases.customer_record_id = customer_numbers.record_id
left join statuses on lower(cases.status_raw) = lower(statuses.status_raw)

with complaints as (

    select * from {{ raw_rows('tryton', 'sale_complaint') }}

),

complaint_types as (

    select * from {{ raw_rows('tryton', 'sale_complaint_type') }}

),

invoice_lines as (

    select * from {{ raw_rows('tryton', 'account_invoice_line') }}

),

parties as (

    select * from {{ ref('base_tryton__parties') }}

),

contacts as (

    select * from {{ ref('base_tryton__contacts') }}

),

sale_lines as (

    select * from {{ ref('base_tryton__sale_lines') }}

),

reasons as (

    select * from {{ ref('tryton__return_reason') }}

),

statuses as (

    select * from {{ ref('tryton__complaint_status') }}

),

-- A complaint is about a sale, a line of it, an invoice or a line of that.
complained_lines as (

    select
        complaints.id as complaint_id,
        min(sale_lines.order_identifier) as order_identifier
    from complaints
    left join invoice_lines
        on
            {{ tryton_reference('complaints.origin', 'account.invoice') }} = invoice_lines.invoice
            or {{ tryton_reference('complaints.origin', 'account.invoice.line') }} = invoice_lines.id
    inner join sale_lines
        on
            {{ tryton_reference('complaints.origin', 'sale.sale') }} = sale_lines.sale_id
            or {{ tryton_reference('complaints.origin', 'sale.line') }} = sale_lines.line_id
            or {{ tryton_reference('invoice_lines.origin', 'sale.line') }} = sale_lines.line_id
    group by complaints.id

)

select
    {{ entity_key('ticket', 'tryton', 'complaints.id') }} as ticket_key,
    {{ tryton_identifier('complaints.number', 'complaints.id') }} as ticket_id,
    {{ entity_key('customer', 'tryton', 'parties.kept_party_id') }} as customer_key,
    {{ entity_key('order', 'tryton', 'complained_lines.order_identifier') }} as order_key,
    contacts.email as requester_email,
    cast(null as varchar) as channel,
    {{ to_text('complaints.state') }} as status_raw,
    statuses.status,
    cast(null as varchar) as priority,
    'problem' as ticket_type,
    case
        when reasons.reason = 'late' then 'delivery_late'
        when reasons.reason = 'size' then 'wrong_size'
        when reasons.reason = 'quality' then 'quality'
        when {{ to_text('complaint_types.name') }} is not null then 'other_stated'
    end as cause,
    {{ to_text('complaint_types.name') }} as group_name,
    cast(null as varchar) as assignee_id,
    cast(null as varchar) as language,
    {{ to_timestamp('complaints.create_date') }} as opened_at,
    cast(null as timestamp) as first_responded_at,
    case when statuses.status in ('solved', 'closed') then {{ to_timestamp('complaints.write_date') }} end as solved_at,
    cast(null as timestamp) as first_response_due_at,
    cast(null as varchar) as satisfaction,
    cast(null as varchar) as merged_into_ticket_key,
    {{ origin_columns('tryton', 'complaints.id', tryton_updated_at('complaints'), is_gone('complaints'), 'complaints') }}
from complaints
left join complaint_types on complaints.type = complaint_types.id
left join parties on complaints.customer = parties.party_id
left join contacts on parties.kept_party_id = contacts.party_id
left join complained_lines on complaints.id = complained_lines.complaint_id
left join reasons on lower({{ to_text('complaint_types.name') }}) = lower(reasons.reason_raw)
left join statuses on {{ to_text('complaints.state') }} = statuses.status_raw

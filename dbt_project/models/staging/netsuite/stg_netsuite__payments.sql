-- One row per invoice that a payment was applied to, and one for what was applied to none. Payments of a shop's
-- orders, which a connector copied or which pay such an order's invoice, are the shop's to offer.
with documents as (

    select * from {{ ref('base_netsuite__documents') }}

),

links as (

    select * from {{ raw_rows('netsuite', 'next_transaction_line_link') }}

),

statuses as (

    select * from {{ ref('netsuite__statuses') }}

),

payments as (

    select
        documents.*,
        case when documents.is_voided then 'failed' else statuses.status end as status
    from documents
    left join statuses
        on documents.transaction_type = statuses.transaction_type and documents.status_code = statuses.status_raw
    where documents.document = 'customer_payment'

),

applied as (

    select
        nextdoc as payment_id,
        previousdoc as invoice_id,
        abs(sum({{ to_decimal('foreignamount', 8, 24) }})) as amount
    from links
    where
        upper({{ to_text('linktype') }}) = 'PAYMENT'
        and not {{ fivetran_is_deleted() }}
    group by nextdoc, previousdoc

),

applied_sums as (

    select
        payment_id,
        sum(amount) as amount
    from applied
    group by payment_id

),

parts as (

    select
        payments.transaction_id,
        applied.invoice_id,
        applied.amount
    from payments
    inner join applied on payments.transaction_id = applied.payment_id

    union all

    select
        payments.transaction_id,
        null as invoice_id,
        payments.total_amount - coalesce(applied_sums.amount, 0) as amount
    from payments
    left join applied_sums on payments.transaction_id = applied_sums.payment_id
    where applied_sums.payment_id is null or payments.total_amount > applied_sums.amount

)

select
    {{ entity_key('payment', 'netsuite', ['parts.transaction_id', "coalesce(parts.invoice_id, '')"]) }} as payment_key,
    payments.document_number as payment_id,
    {{ entity_key('order', 'netsuite', 'invoices.order_number') }} as order_key,
    invoices.document_number as invoice_id,
    'customer_payment' as payment_type,
    payments.status_raw,
    payments.status,
    cast(payments.transacted_on as timestamp) as paid_at,
    payments.transacted_on as paid_on,
    cast(null as varchar) as gateway,
    cast(null as varchar) as payment_method,
    cast(parts.amount as decimal(24, 8)) as amount,
    payments.currency_code,
    {{ origin_columns(
        'netsuite', "parts.transaction_id || coalesce('-' || parts.invoice_id, '')", 'payments.updated_at', 'payments.is_gone',
        origin='payments'
    ) }}
from parts
inner join payments on parts.transaction_id = payments.transaction_id
left join documents as invoices on parts.invoice_id = invoices.transaction_id
where not payments.is_mirrored and not coalesce(invoices.is_mirrored, false)

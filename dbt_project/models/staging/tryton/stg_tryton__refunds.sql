-- A credit note that is booked gives money back. Its order is that of the sale whose return it settles.
with credits as (

    select * from {{ ref('base_tryton__credits') }}

),

return_lines as (

    select * from {{ ref('stg_tryton__return_lines') }}

),

refunded_orders as (

    select
        refund_key,
        min(order_key) as order_key,
        min(reason) as reason
    from return_lines
    where refund_key is not null
    group by refund_key

)

select
    {{ entity_key('refund', 'tryton', 'credits.invoice_id') }} as refund_key,
    credits.invoice_number as refund_id,
    refunded_orders.order_key,
    cast(null as timestamp) as refunded_at,
    credits.invoiced_on as refunded_on,
    refunded_orders.reason,
    credits.goods_amount,
    credits.tax_amount,
    cast(0 as decimal(24, 8)) as freight_amount,
    cast(0 as decimal(24, 8)) as adjustment_amount,
    credits.total_amount,
    credits.currency_code,
    {{ origin_columns('tryton', 'credits.invoice_id', 'credits.updated_at', 'credits.is_deleted', 'credits') }}
from credits
left join refunded_orders on {{ entity_key('refund', 'tryton', 'credits.invoice_id') }} = refunded_orders.refund_key

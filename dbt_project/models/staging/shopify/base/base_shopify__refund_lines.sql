-- Refunded lines with their money, without those of test orders. In shops whose prices include tax, so does a
-- refunded line's subtotal.
with refund_lines as (

    select * from {{ raw_rows('shopify', 'order_line_refund') }}

),

refunds as (

    select * from {{ raw_rows('shopify', 'refund') }}

),

orders as (

    select * from {{ ref('base_shopify__orders') }}

),

owned as (

    select
        refund_lines.*,
        refunds.order_id as refund_order_id,
        refunds.note as refund_note,
        coalesce({{ to_timestamp('refunds.processed_at') }}, {{ to_timestamp('refunds.created_at') }}) as refunded_at,
        orders.order_number,
        orders.status_raw as order_status_raw,
        orders.is_deleted,
        orders.is_tax_included,
        orders.currency_code,
        orders.shop_currency_code
    from refund_lines
    left join refunds on refund_lines.refund_id = refunds.id
    left join orders on {{ to_text('refunds.order_id') }} = orders.shopify_order_id
    where not coalesce(orders.is_test, false)

),

priced as (

    select
        *,
        {{ shopify_document_money('subtotal_set', 'subtotal', 'owned') }} as shown_amount,
        coalesce({{ shopify_document_money('total_tax_set', 'total_tax', 'owned') }}, 0) as tax_amount
    from owned

)

select
    {{ to_text('id') }} as refund_line_id,
    {{ to_text('refund_id') }} as refund_id,
    {{ to_text('refund_order_id') }} as shopify_order_id,
    order_number,
    order_status_raw = 'cancelled' as is_order_cancelled,
    {{ to_text('order_line_id') }} as shopify_line_id,
    {{ to_text('location_id') }} as location_id,
    refunded_at,
    {{ to_text('refund_note') }} as note,
    lower({{ to_text('restock_type') }}) as restock_type,
    {{ to_decimal('quantity') }} as quantity,
    cast(shown_amount - case when is_tax_included then tax_amount else 0 end as decimal(24, 8)) as net_amount,
    cast(tax_amount as decimal(24, 8)) as tax_amount,
    currency_code,
    coalesce(is_deleted, false) as is_deleted,
    {{ to_timestamp('fivetran_synced') }} as synced_at,
    _load_id,
    _file,
    _row
from priced

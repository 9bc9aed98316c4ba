-- The lines of a cancelled order are no revenue, so what is refunded of them is no return; it stays in the refunds.
with refund_lines as (

    select * from {{ ref('base_shopify__refund_lines') }}

),

order_lines as (

    select * from {{ ref('base_shopify__order_lines') }}

),

locations as (

    select * from {{ ref('base_shopify__locations') }}

),

restock_types as (

    select * from {{ ref('shopify__restock_type') }}

),

reasons as (

    select * from {{ ref('shopify__return_reason') }}

)

select
    {{ entity_key('return_line', 'shopify', 'refund_lines.refund_line_id') }} as return_line_key,
    refund_lines.refund_id as return_id,
    {{ entity_key('refund', 'shopify', 'refund_lines.refund_id') }} as refund_key,
    {{ entity_key('order', 'shopify', 'refund_lines.order_number') }} as order_key,
    {{ entity_key('order_line', 'shopify', 'refund_lines.shopify_line_id') }} as order_line_key,
    {{ entity_key('product', 'shopify', 'order_lines.sku') }} as product_key,
    {{ entity_key('warehouse', 'shopify', 'locations.warehouse_code') }} as warehouse_key,
    cast(refund_lines.refunded_at as date) as returned_on,
    refund_lines.note as reason_raw,
    case when refund_lines.note is not null then coalesce(reasons.reason, 'unknown_stated') end as reason,
    refund_lines.quantity,
    restock_types.is_restocked,
    refund_lines.net_amount,
    refund_lines.tax_amount,
    refund_lines.currency_code,
    {{ origin_columns(
        'shopify', 'refund_lines.refund_line_id', 'refund_lines.synced_at', 'refund_lines.is_deleted', origin='refund_lines'
    ) }}
from refund_lines
left join order_lines on refund_lines.shopify_line_id = order_lines.shopify_line_id
left join locations on refund_lines.location_id = locations.location_id
left join restock_types on refund_lines.restock_type = restock_types.restock_type
left join reasons on lower(refund_lines.note) = reasons.note
where not coalesce(refund_lines.is_order_cancelled, false)

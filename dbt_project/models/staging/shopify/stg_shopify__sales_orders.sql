with orders as (

    select * from {{ ref('base_shopify__orders') }}

),

source_names as (

    select * from {{ ref('shopify__source_name') }}

)

select
    {{ entity_key('order', 'shopify', 'orders.order_number') }} as order_key,
    orders.order_number as order_id,
    {{ entity_key('customer', 'shopify', 'coalesce(orders.customer_id, orders.guest_id)') }} as customer_key,
    {{ entity_key('channel', 'shopify', 'coalesce(source_names.channel_id, orders.source_name)') }} as channel_key,
    cast(orders.ordered_at as date) as ordered_on,
    orders.ordered_at,
    cast(null as date) as due_on,
    orders.shipped_on,
    orders.status_raw,
    orders.status,
    orders.currency_code,
    orders.tax_amount,
    cast(orders.freight_amount as decimal(24, 8)) as freight_amount,
    cast(null as varchar) as carrier_key,
    orders.country_code as ship_to_country_code,
    orders.region_code as ship_to_region_code,
    {{ origin_columns(
        'shopify', 'orders.shopify_order_id', 'orders.updated_at', 'orders.is_deleted', origin='orders'
    ) }}
from orders
left join source_names on orders.source_name = source_names.source_name
where not orders.is_test

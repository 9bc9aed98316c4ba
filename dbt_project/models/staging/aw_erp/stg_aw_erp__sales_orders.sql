with orders as (

    select * from {{ raw_rows('aw_erp', 'sales_order_header') }}

)

select
    {{ entity_key('order', 'aw_erp', 'orders.sales_order_id') }} as order_key,
    orders.sales_order_id as order_id,
    {{ entity_key('customer', 'aw_erp', 'orders.customer_id') }} as customer_key,
    {{ entity_key('channel', 'aw_erp', "'online'") }} as channel_key,
    {{ to_date('orders.order_date') }} as ordered_on,
    {{ to_timestamp('orders.order_date') }} as ordered_at,
    {{ to_date('orders.due_date') }} as due_on,
    {{ to_date('orders.ship_date') }} as shipped_on,
    -- The export has no status; an order with a shipping date has been shipped.
    cast(null as varchar) as status_raw,
    case when {{ to_date('orders.ship_date') }} is null then 'open' else 'shipped' end as status,
    'USD' as currency_code,
    {{ to_decimal('orders.tax_amount', 8, 24) }} as tax_amount,
    {{ to_decimal('orders.freight', 8, 24) }} as freight_amount,
    cast(null as varchar) as carrier_key,
    cast(null as varchar) as ship_to_country_code,
    cast(null as varchar) as ship_to_region_code,
    {{ origin_columns('aw_erp', 'orders.sales_order_id', origin='orders') }}
from orders

with orders as (

    select * from {{ raw_rows('aw_scm', 'purchase_order_header') }}

),

statuses as (

    select * from {{ ref('aw_scm__purchase_order_status') }}

)

select
    {{ entity_key('purchase_order', 'aw_scm', 'orders.purchase_order_id') }} as purchase_order_key,
    orders.purchase_order_id,
    {{ entity_key('supplier', 'aw_scm', 'orders.vendor_id') }} as supplier_key,
    {{ entity_key('carrier', 'aw_scm', 'orders.ship_method_id') }} as carrier_key,
    {{ to_date('orders.order_date') }} as ordered_on,
    {{ to_date('orders.ship_date') }} as shipped_on,
    {{ to_text('orders.status') }} as status_raw,
    statuses.status,
    {{ to_decimal('orders.sub_total', 8, 24) }} as subtotal_amount,
    {{ to_decimal('orders.tax_amt', 8, 24) }} as tax_amount,
    {{ to_decimal('orders.freight', 8, 24) }} as freight_amount,
    {{ to_decimal('orders.total_due', 8, 24) }} as total_amount,
    'USD' as currency_code,
    {{ origin_columns('aw_scm', 'orders.purchase_order_id', to_timestamp('orders.modified_date'), origin='orders') }}
from orders
left join statuses on {{ to_text('orders.status') }} = statuses.status_raw

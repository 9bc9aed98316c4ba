-- One inbound shipment per purchase order, promised for the earliest due date of its lines.
with orders as (

    select * from {{ raw_rows('aw_scm', 'purchase_order_header') }}

),

lines as (

    select * from {{ raw_rows('aw_scm', 'purchase_order_detail') }}

),

promises as (

    select purchase_order_id, min({{ to_date('due_date') }}) as promised_on
    from lines
    group by purchase_order_id

)

select
    {{ entity_key('shipment', 'aw_scm', ["'purchase_order'", 'orders.purchase_order_id']) }} as shipment_key,
    'PO' || orders.purchase_order_id as shipment_id,
    'inbound' as direction,
    cast(null as varchar) as order_key,
    {{ entity_key('purchase_order', 'aw_scm', 'orders.purchase_order_id') }} as purchase_order_key,
    cast(null as varchar) as customer_key,
    {{ entity_key('supplier', 'aw_scm', 'orders.vendor_id') }} as supplier_key,
    {{ entity_key('carrier', 'aw_scm', 'orders.ship_method_id') }} as carrier_key,
    cast(null as varchar) as warehouse_key,
    {{ to_date('orders.ship_date') }} as shipped_on,
    promises.promised_on,
    cast(null as date) as delivered_on,
    cast(null as varchar) as status_raw,
    'shipped' as status,
    {{ to_decimal('orders.freight', 8, 24) }} as freight_amount,
    'USD' as currency_code,
    cast(null as varchar) as destination_country_code,
    cast(null as varchar) as tracking_number,
    {{ origin_columns('aw_scm', 'orders.purchase_order_id', to_timestamp('orders.modified_date'), origin='orders') }}
from orders
left join promises on orders.purchase_order_id = promises.purchase_order_id
where {{ to_text('orders.ship_date') }} is not null

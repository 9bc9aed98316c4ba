-- One shipment per order: the export gives an order one shipping date.
with orders as (

    select * from {{ raw_rows('aw_erp', 'sales_order_header') }}

)

select
    {{ entity_key('shipment', 'aw_erp', ["'order'", 'sales_order_id']) }} as shipment_key,
    'SO' || sales_order_id as shipment_id,
    'outbound' as direction,
    {{ entity_key('order', 'aw_erp', 'sales_order_id') }} as order_key,
    cast(null as varchar) as purchase_order_key,
    {{ entity_key('customer', 'aw_erp', 'customer_id') }} as customer_key,
    cast(null as varchar) as supplier_key,
    cast(null as varchar) as carrier_key,
    cast(null as varchar) as warehouse_key,
    {{ to_date('ship_date') }} as shipped_on,
    {{ to_date('due_date') }} as promised_on,
    cast(null as date) as delivered_on,
    cast(null as varchar) as status_raw,
    'shipped' as status,
    {{ to_decimal('freight', 8, 24) }} as freight_amount,
    'USD' as currency_code,
    cast(null as varchar) as destination_country_code,
    cast(null as varchar) as tracking_number,
    {{ origin_columns('aw_erp', 'sales_order_id') }}
from orders
where {{ to_text('ship_date') }} is not null

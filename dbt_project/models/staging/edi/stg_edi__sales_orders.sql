-- Orders of channel partners. Two partners may use one number, so the partner is part of the key.
with orders as (

    select * from {{ ref('base_edi__orders') }}

),

statuses as (

    select * from {{ ref('edi__sales_order_status') }}

)

select
    {{ entity_key('order', 'edi', ['orders.partner_id', 'orders.document_number']) }} as order_key,
    orders.document_number as order_id,
    {{ entity_key('customer', 'edi', 'orders.partner_id') }} as customer_key,
    {{ entity_key('channel', 'edi', 'orders.partner_id') }} as channel_key,
    orders.document_on as ordered_on,
    cast(orders.document_on as timestamp) as ordered_at,
    orders.requested_on as due_on,
    orders.shipped_on,
    orders.status_raw,
    statuses.status,
    orders.currency_code,
    -- Orders between companies state net prices; tax and freight come with the invoice.
    cast(0 as decimal(24, 8)) as tax_amount,
    cast(0 as decimal(24, 8)) as freight_amount,
    {{ entity_key('carrier', 'edi', 'orders.carrier_code') }} as carrier_key,
    orders.ship_to_country_code,
    cast(null as varchar) as ship_to_region_code,
    {{ origin_columns(
        'edi', "orders.partner_id || '-' || orders.document_number", 'orders.source_updated_at', origin='orders'
    ) }}
from orders
left join statuses on orders.status_raw = statuses.status_raw
where orders.direction = 'received'

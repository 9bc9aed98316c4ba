with orders as (

    select * from {{ ref('base_edi__orders') }}

),

lines as (

    select * from {{ ref('base_edi__lines') }}

)

select
    {{ entity_key(
        'purchase_order_line', 'edi', ['orders.document_number', 'lines.line_number']
    ) }} as purchase_order_line_key,
    {{ entity_key('purchase_order', 'edi', 'orders.document_number') }} as purchase_order_key,
    orders.document_number as purchase_order_id,
    lines.line_number,
    {{ entity_key('product', 'edi', 'lines.item_id') }} as product_key,
    coalesce(lines.requested_on, orders.requested_on) as due_on,
    lines.quantity as ordered_quantity,
    lines.unit_price,
    cast(lines.quantity * lines.unit_price as decimal(24, 8)) as net_amount,
    cast(null as decimal(18, 4)) as received_quantity,
    cast(null as decimal(18, 4)) as rejected_quantity,
    cast(null as decimal(18, 4)) as stocked_quantity,
    lines.unit_code,
    orders.currency_code,
    {{ origin_columns(
        'edi', "orders.document_number || '-' || lines.line_number", 'orders.source_updated_at',
        origin='lines'
    ) }}
from orders
inner join lines on orders.message_key = lines.message_key
where
    orders.direction = 'sent'
    and '{{ edi_option('edi', "purchase_orders") }}' <> 'elsewhere'

with orders as (

    select * from {{ ref('base_edi__orders') }}

),

lines as (

    select * from {{ ref('base_edi__lines') }}

)

select
    {{ entity_key(
        'order_line', 'edi', ['orders.partner_id', 'orders.document_number', 'lines.line_number']
    ) }} as order_line_key,
    {{ entity_key('order', 'edi', ['orders.partner_id', 'orders.document_number']) }} as order_key,
    orders.document_number as order_id,
    lines.line_number,
    {{ entity_key('product', 'edi', 'lines.item_id') }} as product_key,
    lines.quantity,
    lines.unit_code,
    lines.unit_price,
    cast(0 as decimal(9, 6)) as discount_rate,
    cast(lines.quantity * lines.unit_price as decimal(24, 8)) as gross_amount,
    cast(0 as decimal(24, 8)) as discount_amount,
    cast(lines.quantity * lines.unit_price as decimal(24, 8)) as net_amount,
    orders.currency_code,
    {{ origin_columns(
        'edi', "orders.partner_id || '-' || orders.document_number || '-' || lines.line_number", 'orders.source_updated_at',
        origin='lines'
    ) }}
from orders
inner join lines on orders.message_key = lines.message_key
where orders.direction = 'received'

with despatches as (

    select * from {{ ref('base_edi__despatches') }}

),

lines as (

    select * from {{ ref('base_edi__lines') }}

),

numbered as (

    select
        despatches.shipment_key,
        despatches.prepared_at,
        lines.item_id,
        lines.quantity,
        lines.unit_code,
        lines._load_id,
        lines._file,
        lines._row,
        despatches.source_id || '-' || lines.line_position as source_id,
        coalesce(lines.order_number, despatches.order_number) as order_number,
        coalesce(lines.order_line_number, lines.line_number) as order_line_number
    from despatches
    inner join lines on despatches.message_key = lines.message_key

)

select
    {{ entity_key('shipment_line', 'edi', 'source_id') }} as shipment_line_key,
    shipment_key,
    cast(null as varchar) as order_line_key,
    {{ entity_key('purchase_order_line', 'edi', ['order_number', 'order_line_number']) }} as purchase_order_line_key,
    {{ entity_key('product', 'edi', 'item_id') }} as product_key,
    quantity,
    unit_code,
    {{ origin_columns('edi', 'source_id', 'prepared_at') }}
from numbered

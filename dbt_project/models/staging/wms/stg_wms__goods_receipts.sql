-- The day is the warehouse's own, as the export writes it before the offset.
with receipts as (

    select * from {{ raw_rows('wms', 'receipt') }}

),

typed as (

    select
        *,
        {{ to_text('po_number') }} as purchase_order_id,
        {{ to_integer('line_number') }} as purchase_order_line_number,
        {{ to_text('receipt_number') }} as receipt_id,
        {{ to_decimal('received_quantity') }} as received,
        {{ to_decimal('rejected_quantity') }} as rejected
    from receipts

)

select
    {{ entity_key('goods_receipt', 'wms', ['purchase_order_id', 'purchase_order_line_number', 'receipt_id']) }}
        as goods_receipt_key,
    {{ entity_key('purchase_order_line', 'wms', ['purchase_order_id', 'purchase_order_line_number']) }}
        as purchase_order_line_key,
    {{ entity_key('purchase_order', 'wms', 'purchase_order_id') }} as purchase_order_key,
    {{ entity_key('product', 'wms', to_text('sku')) }} as product_key,
    {{ to_date('left(received_at, 10)') }} as received_on,
    false as is_received_on_estimated,
    received as received_quantity,
    rejected as rejected_quantity,
    cast(received - rejected as decimal(18, 4)) as stocked_quantity,
    'EA' as unit_code,
    {{ origin_columns(
        'wms',
        "purchase_order_id || '-' || purchase_order_line_number || '-' || receipt_id",
        to_timestamp('received_at')
    ) }}
from typed

-- The export records what was received on the order line but not the day. The day the supplier's goods were shipped is the
-- nearest date it has, so receipts carry it and say that it is an estimate.
with lines as (

    select * from {{ raw_rows('aw_scm', 'purchase_order_detail') }}

),

orders as (

    select * from {{ raw_rows('aw_scm', 'purchase_order_header') }}

)

select
    {{ entity_key('goods_receipt', 'aw_scm', 'lines.purchase_order_detail_id') }} as goods_receipt_key,
    {{ entity_key('purchase_order_line', 'aw_scm', 'lines.purchase_order_detail_id') }} as purchase_order_line_key,
    {{ entity_key('purchase_order', 'aw_scm', 'lines.purchase_order_id') }} as purchase_order_key,
    {{ entity_key('product', 'aw_scm', 'lines.product_id') }} as product_key,
    {{ to_date('orders.ship_date') }} as received_on,
    true as is_received_on_estimated,
    {{ to_decimal('lines.received_qty') }} as received_quantity,
    {{ to_decimal('lines.rejected_qty') }} as rejected_quantity,
    {{ to_decimal('lines.stocked_qty') }} as stocked_quantity,
    'EA' as unit_code,
    {{ origin_columns('aw_scm', 'lines.purchase_order_detail_id', to_timestamp('lines.modified_date'), origin='lines') }}
from lines
left join orders on lines.purchase_order_id = orders.purchase_order_id

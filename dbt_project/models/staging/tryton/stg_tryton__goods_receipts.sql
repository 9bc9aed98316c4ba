-- A move from a supplier into the input zone that is done is a receipt; the second move, from there into storage, is not another.
-- Tryton knows no rejected goods.
with moves as (

    select * from {{ ref('base_tryton__moves') }}

),

lines as (

    select * from {{ ref('base_tryton__purchase_lines') }}

),

products as (

    select * from {{ ref('base_tryton__products') }}

)

select
    {{ entity_key('goods_receipt', 'tryton', 'moves.move_id') }} as goods_receipt_key,
    {{ entity_key('purchase_order_line', 'tryton', ['lines.purchase_number', 'lines.line_number']) }} as purchase_order_line_key,
    {{ entity_key('purchase_order', 'tryton', 'lines.purchase_number') }} as purchase_order_key,
    {{ entity_key('product', 'tryton', 'products.sku') }} as product_key,
    moves.moved_on as received_on,
    false as is_received_on_estimated,
    moves.quantity as received_quantity,
    cast(0 as decimal(18, 4)) as rejected_quantity,
    moves.quantity as stocked_quantity,
    moves.unit_code,
    {{ origin_columns('tryton', 'moves.move_id', 'moves.updated_at', 'moves.is_deleted', 'moves') }}
from moves
left join lines on moves.purchase_line_id = lines.line_id
left join products on moves.product_id = products.product_id
where
    moves.move_state = 'done'
    and moves.from_type = 'supplier'
    and moves.to_type = 'storage'
    and moves.purchase_line_id is not null

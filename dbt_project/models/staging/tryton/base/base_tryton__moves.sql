with moves as (

    select * from {{ raw_rows('tryton', 'stock_move') }}

),

places as (

    select * from {{ ref('base_tryton__locations') }}

),

units as (

    select * from {{ raw_rows('tryton', 'product_uom') }}

),

lots as (

    select * from {{ raw_rows('tryton', 'stock_lot') }}

)

select
    moves.id as move_id,
    moves.product as product_id,
    {{ to_text('moves.state') }} as move_state,
    {{ to_date('moves.effective_date') }} as moved_on,
    from_places.location_id as from_location_id,
    from_places.location_type as from_type,
    to_places.location_id as to_location_id,
    to_places.location_type as to_type,
    {{ to_decimal('moves.quantity') }} as quantity,
    {{ to_text('units.symbol') }} as unit_code,
    -- In the unit that the product is kept in.
    {{ to_decimal('moves.internal_quantity') }} as internal_quantity,
    {{ to_text('lots.number') }} as lot_code,
    {{ tryton_reference('moves.origin', 'sale.line') }} as sale_line_id,
    {{ tryton_reference('moves.origin', 'purchase.line') }} as purchase_line_id,
    {{ tryton_reference('moves.origin', 'stock.inventory.line') }} as inventory_line_id,
    {{ tryton_reference('moves.origin', 'stock.move') }} as origin_move_id,
    {{ tryton_reference('moves.shipment', 'stock.shipment.out') }} as shipment_out_id,
    {{ tryton_reference('moves.shipment', 'stock.shipment.in') }} as shipment_in_id,
    coalesce({{ to_text('moves.production_input') }}, {{ to_text('moves.production_output') }}) as production_id,
    {{ to_text('moves.production_output') }} as production_output_id,
    {{ tryton_updated_at('moves') }} as updated_at,
    {{ is_gone('moves') }} as is_deleted,
    moves._load_id,
    moves._file,
    moves._row
from moves
left join places as from_places on moves.from_location = from_places.location_id
left join places as to_places on moves.to_location = to_places.location_id
left join units on moves.unit = units.id
left join lots on moves.lot = lots.id

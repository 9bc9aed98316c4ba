-- Everything that changes stock, signed: a move is two movements, one out of its bin and one into another. What comes
-- or goes without another bin, such as a return or scrap, has one side only. Movements of nothing, such as a pick that
-- found the bin empty or a count that agreed, are none.
with receipts as (

    select * from {{ raw_rows('wms', 'receipt') }}

),

picks as (

    select * from {{ raw_rows('wms', 'pick') }}

),

moves as (

    select * from {{ raw_rows('wms', 'move') }}

),

counts as (

    select * from {{ raw_rows('wms', 'cycle_count') }}

),

warehouses as (

    select * from {{ raw_rows('wms', 'warehouse') }}

),

move_types as (

    select * from {{ ref('wms__move_types') }}

),

received as (

    select
        'receipt-' || {{ to_text('po_number') }} || '-' || {{ to_integer('line_number') }} || '-'
        || {{ to_text('receipt_number') }} as movement_id,
        {{ to_text('sku') }} as product_id,
        {{ to_text('warehouse_code') }} as warehouse_id,
        {{ to_text('location_code') }} as bin_code,
        {{ to_text('lot_code') }} as lot_code,
        {{ to_timestamp('received_at') }} as moved_at,
        {{ to_date('left(received_at, 10)') }} as moved_on,
        'RECEIPT' as movement_type_raw,
        'receipt' as movement_type,
        {{ to_decimal('received_quantity') }} - {{ to_decimal('rejected_quantity') }} as quantity,
        'purchase_order' as reference_type,
        {{ to_text('po_number') }} as reference_id,
        _load_id,
        _file,
        _row
    from receipts

),

picked as (

    select
        'pick-' || {{ to_text('pick_id') }} as movement_id,
        {{ to_text('sku') }} as product_id,
        {{ to_text('warehouse_code') }} as warehouse_id,
        {{ to_text('location_code') }} as bin_code,
        {{ to_text('lot_code') }} as lot_code,
        {{ to_timestamp('picked_at') }} as moved_at,
        {{ to_date('left(picked_at, 10)') }} as moved_on,
        'PICK' as movement_type_raw,
        'sale' as movement_type,
        -{{ to_decimal('quantity') }} as quantity,
        'sales_order' as reference_type,
        {{ to_text('order_number') }} as reference_id,
        _load_id,
        _file,
        _row
    from picks

),

explained_moves as (

    select
        moves.*,
        upper({{ to_text('moves.move_type') }}) as movement_type_raw,
        {{ to_decimal('moves.quantity') }} as moved_quantity,
        move_types.movement_type_out,
        move_types.movement_type_in,
        move_types.reference_type
    from moves
    left join move_types on upper({{ to_text('moves.move_type') }}) = move_types.move_type

),

moved_out as (

    select
        'move-' || {{ to_text('move_id') }} || '-out' as movement_id,
        {{ to_text('sku') }} as product_id,
        {{ to_text('from_warehouse_code') }} as warehouse_id,
        {{ to_text('from_location_code') }} as bin_code,
        {{ to_text('lot_code') }} as lot_code,
        {{ to_timestamp('moved_at') }} as moved_at,
        {{ to_date('left(moved_at, 10)') }} as moved_on,
        movement_type_raw,
        movement_type_out as movement_type,
        -moved_quantity as quantity,
        reference_type,
        {{ to_text('reference') }} as reference_id,
        _load_id,
        _file,
        _row
    from explained_moves
    where {{ to_text('from_warehouse_code') }} is not null

),

moved_in as (

    select
        'move-' || {{ to_text('move_id') }} || '-in' as movement_id,
        {{ to_text('sku') }} as product_id,
        {{ to_text('to_warehouse_code') }} as warehouse_id,
        {{ to_text('to_location_code') }} as bin_code,
        {{ to_text('lot_code') }} as lot_code,
        {{ to_timestamp('coalesce(' ~ to_text('arrived_at') ~ ', ' ~ to_text('moved_at') ~ ')') }} as moved_at,
        {{ to_date('left(coalesce(' ~ to_text('arrived_at') ~ ', moved_at), 10)') }} as moved_on,
        movement_type_raw,
        movement_type_in as movement_type,
        moved_quantity as quantity,
        reference_type,
        {{ to_text('reference') }} as reference_id,
        _load_id,
        _file,
        _row
    from explained_moves
    where {{ to_text('to_warehouse_code') }} is not null

),

-- A spreadsheet's times carry no offset; they are those of the clock in the warehouse.
counted as (

    select
        'count-' || {{ to_text('counts.count_number') }} || '-' || {{ to_integer('counts.line_number') }}
            as movement_id,
        {{ to_text('counts.sku') }} as product_id,
        {{ to_text('counts.warehouse_code') }} as warehouse_id,
        {{ to_text('counts.location_code') }} as bin_code,
        {{ to_text('counts.lot_code') }} as lot_code,
        {{ utc_of_local(
            to_timestamp('counts.counted_at'), 'coalesce(' ~ to_text('warehouses.time_zone') ~ ", 'UTC')"
        ) }} as moved_at,
        {{ to_date('counts.counted_at') }} as moved_on,
        'COUNT' as movement_type_raw,
        'adjustment' as movement_type,
        {{ to_decimal('counts.counted_quantity') }} - {{ to_decimal('counts.system_quantity') }} as quantity,
        'count' as reference_type,
        {{ to_text('counts.count_number') }} as reference_id,
        counts._load_id,
        counts._file,
        counts._row
    from counts
    left join warehouses on {{ to_text('counts.warehouse_code') }} = {{ to_text('warehouses.warehouse_code') }}

),

movements as (

    select * from received
    union all
    select * from picked
    union all
    select * from moved_out
    union all
    select * from moved_in
    union all
    select * from counted

)

select
    {{ entity_key('stock_movement', 'wms', 'movement_id') }} as stock_movement_key,
    {{ entity_key('product', 'wms', 'product_id') }} as product_key,
    {{ entity_key('warehouse', 'wms', 'warehouse_id') }} as warehouse_key,
    bin_code,
    lot_code,
    moved_at,
    moved_on,
    movement_type_raw,
    movement_type,
    cast(quantity as decimal(18, 4)) as quantity,
    'EA' as unit_code,
    case when reference_id is not null then reference_type end as reference_type,
    reference_id,
    {{ origin_columns('wms', 'movement_id', 'moved_at') }}
from movements
where quantity is null or quantity <> 0

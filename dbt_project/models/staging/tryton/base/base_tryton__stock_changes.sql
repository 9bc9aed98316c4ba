-- What moves that are done did to the stock of each place. A move has no sign: it takes from one place and brings to another, and
-- counts once at each of the two that is a place of stock. So the two moves of an outgoing line (storage to output zone, output
-- zone to customer) take the goods out of the warehouse once.
with moves as (

    select * from {{ ref('base_tryton__moves') }}

),

places as (

    select * from {{ ref('base_tryton__locations') }}

),

movement_types as (

    select * from {{ ref('tryton__movement_type') }}

),

changes as (

    select
        *,
        'out' as side,
        from_location_id as location_id,
        -internal_quantity as change_quantity
    from moves
    where move_state = 'done' and from_type = 'storage'

    union all

    select
        *,
        'in' as side,
        to_location_id as location_id,
        internal_quantity as change_quantity
    from moves
    where move_state = 'done' and to_type = 'storage'

)

select
    changes.move_id,
    changes.side,
    changes.product_id,
    changes.location_id,
    places.warehouse_code,
    places.bin_code,
    changes.lot_code,
    changes.moved_on,
    changes.from_type || ' to ' || changes.to_type as movement_type_raw,
    movement_types.movement_type,
    changes.change_quantity,
    changes.sale_line_id,
    changes.purchase_line_id,
    changes.inventory_line_id,
    changes.origin_move_id,
    changes.production_id,
    changes.updated_at,
    changes.is_deleted,
    changes._load_id,
    changes._file,
    changes._row
from changes
inner join places on changes.location_id = places.location_id
left join movement_types
    on
        changes.from_type = movement_types.from_type
        and changes.to_type = movement_types.to_type
        and changes.side = movement_types.side
where changes.from_location_id <> changes.to_location_id

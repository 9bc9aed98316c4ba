-- A shipment has two sets of moves, within the warehouse and across its border; the second says what is in it.
with moves as (

    select * from {{ ref('base_tryton__moves') }}

),

shipments as (

    select * from {{ ref('stg_tryton__shipments') }}

),

purchase_lines as (

    select * from {{ ref('base_tryton__purchase_lines') }}

),

products as (

    select * from {{ ref('base_tryton__products') }}

),

crossing as (

    select
        *,
        coalesce('out-' || shipment_out_id, 'in-' || shipment_in_id) as shipment_source_id
    from moves
    where
        move_state <> 'cancelled'
        and (
            (shipment_out_id is not null and to_type = 'customer')
            or (shipment_in_id is not null and from_type = 'supplier')
        )

)

select
    {{ entity_key('shipment_line', 'tryton', 'crossing.move_id') }} as shipment_line_key,
    shipments.shipment_key,
    {{ entity_key('order_line', 'tryton', 'crossing.sale_line_id') }} as order_line_key,
    {{ entity_key('purchase_order_line', 'tryton', ['purchase_lines.purchase_number', 'purchase_lines.line_number']) }}
        as purchase_order_line_key,
    {{ entity_key('product', 'tryton', 'products.sku') }} as product_key,
    crossing.quantity,
    crossing.unit_code,
    {{ origin_columns('tryton', 'crossing.move_id', 'crossing.updated_at', 'crossing.is_deleted', 'crossing') }}
from crossing
left join shipments on crossing.shipment_source_id = shipments.source_id
left join purchase_lines on crossing.purchase_line_id = purchase_lines.line_id
left join products on crossing.product_id = products.product_id

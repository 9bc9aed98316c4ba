with changes as (

    select * from {{ ref('base_tryton__stock_changes') }}

),

moves as (

    select * from {{ ref('base_tryton__moves') }}

),

products as (

    select * from {{ ref('base_tryton__products') }}

),

sale_lines as (

    select * from {{ ref('base_tryton__sale_lines') }}

),

purchase_lines as (

    select * from {{ ref('base_tryton__purchase_lines') }}

),

productions as (

    select * from {{ raw_rows('tryton', 'production') }}

),

inventory_lines as (

    select * from {{ raw_rows('tryton', 'stock_inventory_line') }}

),

inventories as (

    select * from {{ raw_rows('tryton', 'stock_inventory') }}

),

-- The move within the warehouse names the move to or from outside, and that one the document.
caused as (

    select
        changes.*,
        coalesce(changes.sale_line_id, moves.sale_line_id) as causing_sale_line_id,
        coalesce(changes.purchase_line_id, moves.purchase_line_id) as causing_purchase_line_id
    from changes
    left join moves on changes.origin_move_id = moves.move_id

)

select
    {{ entity_key('stock_movement', 'tryton', ['caused.move_id', 'caused.side']) }} as stock_movement_key,
    {{ entity_key('product', 'tryton', 'products.sku') }} as product_key,
    {{ entity_key('warehouse', 'tryton', 'caused.warehouse_code') }} as warehouse_key,
    caused.bin_code,
    caused.lot_code,
    cast(null as timestamp) as moved_at,
    caused.moved_on,
    caused.movement_type_raw,
    caused.movement_type,
    cast(caused.change_quantity as decimal(18, 4)) as quantity,
    products.unit_code,
    case
        when sale_lines.line_id is not null then 'sales_order'
        when purchase_lines.line_id is not null then 'purchase_order'
        when productions.id is not null then 'production_order'
        when inventories.id is not null then 'count'
    end as reference_type,
    coalesce(
        sale_lines.order_number,
        purchase_lines.purchase_number,
        {{ to_text('productions.number') }},
        {{ to_text('inventories.number') }}
    ) as reference_id,
    {{ origin_columns('tryton', "caused.move_id || '-' || caused.side", 'caused.updated_at', 'caused.is_deleted', 'caused') }}
from caused
left join products on caused.product_id = products.product_id
left join sale_lines on caused.causing_sale_line_id = sale_lines.line_id
left join purchase_lines on caused.causing_purchase_line_id = purchase_lines.line_id
left join productions on caused.production_id = productions.id
left join inventory_lines on caused.inventory_line_id = inventory_lines.id
left join inventories on inventory_lines.inventory = inventories.id

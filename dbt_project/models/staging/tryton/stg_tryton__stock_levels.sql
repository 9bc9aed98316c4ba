-- Tryton keeps no levels: it adds up moves. So does this, for every place, product and day on which something moved there.
with changes as (

    select * from {{ ref('base_tryton__stock_changes') }}

),

products as (

    select * from {{ ref('base_tryton__products') }}

),

daily_changes as (

    select
        product_id,
        location_id,
        warehouse_code,
        bin_code,
        moved_on,
        sum(change_quantity) as change_quantity,
        max(updated_at) as updated_at,
        max(_load_id) as _load_id,
        max(_file) as _file,
        max_by(_row, _load_id) as _row
    from changes
    where not is_deleted and moved_on is not null and warehouse_code is not null
    group by product_id, location_id, warehouse_code, bin_code, moved_on

),

levels as (

    select
        *,
        sum(change_quantity) over (
            partition by product_id, location_id
            order by moved_on
            rows between unbounded preceding and current row
        ) as quantity_on_hand
    from daily_changes

)

select
    {{ entity_key('stock_level', 'tryton', ['levels.product_id', 'levels.location_id', 'levels.moved_on']) }} as stock_level_key,
    {{ entity_key('product', 'tryton', 'products.sku') }} as product_key,
    {{ entity_key('warehouse', 'tryton', 'levels.warehouse_code') }} as warehouse_key,
    levels.bin_code,
    levels.moved_on as counted_on,
    cast(levels.quantity_on_hand as decimal(18, 4)) as quantity_on_hand,
    products.unit_code,
    {{ origin_columns(
        'tryton', "levels.product_id || '-' || levels.location_id || '-' || levels.moved_on", 'levels.updated_at',
        origin='levels'
    ) }}
from levels
left join products on levels.product_id = products.product_id

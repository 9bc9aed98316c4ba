-- Every delivery adds to the history of stock; of two of one day the newer is right. A level has its quantity on
-- itself, or as quantities by name: what is on hand, or what it is made of.
with level_deliveries as (

    select * from {{ raw_rows('shopify', 'inventory_level', keep='all') }}

),

quantity_deliveries as (

    select * from {{ raw_rows('shopify', 'inventory_quantity', keep='all') }}

),

levels as (

    select * from {{ raw_rows('shopify', 'inventory_level') }}

),

variants as (

    select * from {{ ref('base_shopify__variants') }}

),

items as (

    select * from {{ raw_rows('shopify', 'inventory_item') }}

),

locations as (

    select * from {{ ref('base_shopify__locations') }}

),

quantities as (

    select *
    from quantity_deliveries
    qualify row_number() over (
        partition by inventory_item_id, inventory_level_id, name, _exported_on order by _load_id desc, _row desc
    ) = 1

),

counted as (

    select
        levels.inventory_item_id,
        levels.location_id,
        quantities._exported_on as counted_on,
        coalesce(
            max(case when lower(quantities.name) = 'on_hand' then {{ to_decimal('quantities.quantity') }} end),
            sum(
                case
                    when
                        lower(quantities.name) in (
                            'available', 'committed', 'reserved', 'damaged', 'quality_control', 'safety_stock'
                        )
                        then {{ to_decimal('quantities.quantity') }}
                end
            )
        ) as quantity_on_hand,
        1 as preference,
        max({{ to_timestamp('quantities.updated_at') }}) as updated_at,
        max(quantities._load_id) as _load_id,
        max(quantities._file) as _file,
        min(quantities._row) as _row
    from quantities
    inner join levels
        on quantities.inventory_item_id = levels.inventory_item_id and quantities.inventory_level_id = levels.id
    group by levels.inventory_item_id, levels.location_id, quantities._exported_on

    union all

    select
        inventory_item_id,
        location_id,
        _exported_on as counted_on,
        {{ to_decimal('available') }} as quantity_on_hand,
        2 as preference,
        {{ to_timestamp('updated_at') }} as updated_at,
        _load_id,
        _file,
        _row
    from level_deliveries
    where {{ to_decimal('available') }} is not null

),

chosen as (

    select *
    from counted
    where quantity_on_hand is not null
    qualify row_number() over (
        partition by inventory_item_id, location_id, counted_on order by preference asc, _load_id desc, _row desc
    ) = 1

)

select
    {{ entity_key('stock_level', 'shopify', ['chosen.inventory_item_id', 'chosen.location_id', 'chosen.counted_on']) }}
        as stock_level_key,
    {{ entity_key('product', 'shopify', 'coalesce(variants.sku, ' ~ to_text('items.sku') ~ ')') }} as product_key,
    {{ entity_key('warehouse', 'shopify', 'locations.warehouse_code') }} as warehouse_key,
    cast(null as varchar) as bin_code,
    chosen.counted_on,
    cast(chosen.quantity_on_hand as decimal(18, 4)) as quantity_on_hand,
    'EA' as unit_code,
    {{ origin_columns(
        'shopify', "chosen.inventory_item_id || '-' || chosen.location_id || '@' || chosen.counted_on", 'chosen.updated_at',
        origin='chosen'
    ) }}
from chosen
left join variants on {{ to_text('chosen.inventory_item_id') }} = variants.inventory_item_id
left join items on chosen.inventory_item_id = items.id
left join locations on {{ to_text('chosen.location_id') }} = locations.location_id

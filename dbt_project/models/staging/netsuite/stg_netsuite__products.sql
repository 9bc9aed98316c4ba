-- A matrix parent is the style; its children are the products.
with items as (

    select * from {{ ref('base_netsuite__items') }}

),

classes as (

    select * from {{ fivetran_rows('netsuite', 'classification') }}

),

goods as (

    select * from {{ ref('netsuite__item_types') }}

)

select
    {{ entity_key('product', 'netsuite', 'items.sku') }} as product_key,
    items.sku as product_id,
    items.sku,
    coalesce(items.display_name, items.item_description, items.sku) as product_name,
    parents.sku as style_id,
    coalesce(parents.display_name, parents.sku) as style_name,
    {{ to_text('classes.name') }} as category_name,
    cast(null as varchar) as subcategory_name,
    items.color,
    items.size,
    cast(null as varchar) as size_unit_code,
    items.weight,
    items.weight_unit_code,
    cast(null as varchar) as product_line,
    cast(null as varchar) as product_class,
    cast(null as varchar) as gender,
    items.item_type = 'Assembly' as is_made,
    not items.is_inactive as is_sold,
    items.safety_stock_quantity,
    items.reorder_point_quantity,
    cast(null as integer) as manufacturing_days,
    'EA' as unit_code,
    cast(null as date) as sold_from,
    cast(null as date) as sold_to,
    {{ origin_columns('netsuite', 'items.item_id', 'items.updated_at', 'items.is_gone', origin='items') }}
from items
inner join goods on items.item_type = goods.item_type and goods.line_role = 'goods'
left join items as parents on items.parent_id = parents.item_id
left join classes on items.class_id = classes.id
where coalesce(upper(items.matrix_type), 'NONE') <> 'PARENT'

-- One row per variant. Colour and size are attributes of the variant; where it has none, the two parts of the suffix that makes
-- its number of the style's are taken for them: ST000-BLK-S.
with products as (

    select * from {{ ref('base_tryton__products') }}

),

style_categories as (

    select * from {{ raw_rows('tryton', 'product_template_category', 'live') }}

),

categories as (

    select * from {{ raw_rows('tryton', 'product_category', 'live') }}

),

ranked_categories as (

    select
        style_categories.template as template_id,
        {{ to_text('categories.name') }} as category_name,
        {{ to_text('parents.name') }} as parent_name,
        row_number() over (
            partition by style_categories.template
            order by {{ to_integer('style_categories.id') }}
        ) as preference
    from style_categories
    inner join categories on style_categories.category = categories.id
    left join categories as parents on categories.parent = parents.id
    where not coalesce({{ to_boolean('categories.accounting') }}, false)

)

select
    {{ entity_key('product', 'tryton', 'products.sku') }} as product_key,
    products.product_id,
    products.sku,
    products.style_name || coalesce(' ' || ltrim(products.suffix_code, '-'), '') as product_name,
    products.style_number as style_id,
    products.style_name,
    coalesce(ranked_categories.parent_name, ranked_categories.category_name) as category_name,
    case when ranked_categories.parent_name is not null then ranked_categories.category_name end as subcategory_name,
    coalesce(
        products.attribute_color,
        nullif(regexp_extract(products.suffix_code, '^-?([^-]+)-([^-]+)$', 1), '')
    ) as color,
    coalesce(
        products.attribute_size,
        nullif(regexp_extract(products.suffix_code, '^-?([^-]+)-([^-]+)$', 2), '')
    ) as size,
    cast(null as varchar) as size_unit_code,
    cast(null as decimal(18, 4)) as weight,
    cast(null as varchar) as weight_unit_code,
    cast(null as varchar) as product_line,
    cast(null as varchar) as product_class,
    cast(null as varchar) as gender,
    products.is_made,
    products.is_sold,
    cast(null as decimal(18, 4)) as safety_stock_quantity,
    cast(null as decimal(18, 4)) as reorder_point_quantity,
    cast(null as integer) as manufacturing_days,
    products.unit_code,
    cast(null as date) as sold_from,
    cast(null as date) as sold_to,
    {{ origin_columns(
        'tryton', 'products.product_id', 'greatest(products.product_updated_at, products.template_updated_at)',
        'products.is_deleted', 'products'
    ) }}
from products
left join ranked_categories on products.template_id = ranked_categories.template_id and ranked_categories.preference = 1

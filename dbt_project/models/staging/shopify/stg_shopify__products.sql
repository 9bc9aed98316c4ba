-- A variant is a product (SKU), a product of the shop is a style.
with variants as (

    select * from {{ ref('base_shopify__variants') }}

),

products as (

    select * from {{ raw_rows('shopify', 'product') }}

),

items as (

    select * from {{ raw_rows('shopify', 'inventory_item') }}

)

select
    {{ entity_key('product', 'shopify', 'variants.sku') }} as product_key,
    variants.variant_id as product_id,
    variants.sku,
    coalesce(
        {{ to_text('products.title') }} || coalesce(' - ' || variants.option_title, ''),
        variants.option_title,
        variants.sku
    ) as product_name,
    -- Article numbers are style, colour and size, joined by hyphens; others go by the shop's own number of the style.
    coalesce(
        case
            when variants.sku not like 'shopify-variant-%'
                then nullif(regexp_extract(variants.sku, '^(.+)-[^-]+-[^-]+$', 1), '')
        end,
        variants.shopify_product_id
    ) as style_id,
    {{ to_text('products.title') }} as style_name,
    {{ to_text('products.product_type') }} as category_name,
    cast(null as varchar) as subcategory_name,
    variants.color,
    variants.size,
    cast(null as varchar) as size_unit_code,
    coalesce(variants.weight, {{ to_decimal('items.measurement_weight_value') }}) as weight,
    case
        when variants.weight is not null then variants.weight_unit_code
        when {{ to_decimal('items.measurement_weight_value') }} is not null
            then
                case lower({{ to_text('items.measurement_weight_unit') }})
                    when 'grams' then 'g'
                    when 'kilograms' then 'kg'
                    when 'pounds' then 'lb'
                    when 'ounces' then 'oz'
                    else lower({{ to_text('items.measurement_weight_unit') }})
                end
    end as weight_unit_code,
    cast(null as varchar) as product_line,
    cast(null as varchar) as product_class,
    cast(null as varchar) as gender,
    cast(null as boolean) as is_made,
    {{ to_timestamp('products.published_at') }} is not null as is_sold,
    cast(null as decimal(18, 4)) as safety_stock_quantity,
    cast(null as decimal(18, 4)) as reorder_point_quantity,
    cast(null as integer) as manufacturing_days,
    'EA' as unit_code,
    cast(coalesce({{ to_timestamp('products.published_at') }}, variants.created_at) as date) as sold_from,
    cast(null as date) as sold_to,
    {{ origin_columns(
        'shopify', 'variants.variant_id', 'variants.updated_at', fivetran_is_deleted('products'),
        origin='variants'
    ) }}
from variants
left join products on variants.shopify_product_id = {{ to_text('products.id') }}
left join items on variants.inventory_item_id = {{ to_text('items.id') }}
where variants.is_first_of_sku

with products as (

    select * from {{ raw_rows('tryton', 'product_product') }}

),

templates as (

    select * from {{ raw_rows('tryton', 'product_template') }}

),

units as (

    select * from {{ raw_rows('tryton', 'product_uom') }}

)

select
    products.id as product_id,
    {{ tryton_identifier('products.code', 'products.id') }} as sku,
    products.template as template_id,
    {{ tryton_identifier('templates.code', 'products.template') }} as style_number,
    {{ to_text('templates.name') }} as style_name,
    coalesce({{ json_text('products.attributes', 'color') }}, {{ json_text('products.attributes', 'colour') }})
        as attribute_color,
    {{ json_text('products.attributes', 'size') }} as attribute_size,
    {{ to_text('products.suffix_code') }} as suffix_code,
    {{ to_text('units.symbol') }} as unit_code,
    {{ to_boolean('templates.producible') }} as is_made,
    {{ to_boolean('templates.salable') }} as is_sold,
    {{ tryton_updated_at('products') }} as product_updated_at,
    {{ tryton_updated_at('templates') }} as template_updated_at,
    {{ is_gone('products') }} as is_deleted,
    products._load_id,
    products._file,
    products._row
from products
left join templates on products.template = templates.id
left join units on templates.default_uom = units.id

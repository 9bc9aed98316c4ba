with products as (

    select * from {{ raw_rows('aw_erp', 'product') }}

),

subcategories as (

    select * from {{ raw_rows('aw_erp', 'product_subcategory') }}

),

categories as (

    select * from {{ raw_rows('aw_erp', 'product_category') }}

),

models as (

    select * from {{ raw_rows('aw_erp', 'product_model') }}

)

select
    {{ entity_key('product', 'aw_erp', 'products.product_id') }} as product_key,
    products.product_id,
    {{ to_text('products.product_number') }} as sku,
    {{ to_text('products.name') }} as product_name,
    products.product_model_id as style_id,
    {{ to_text('models.name') }} as style_name,
    {{ to_text('categories.name') }} as category_name,
    {{ to_text('subcategories.name') }} as subcategory_name,
    {{ to_text('products.color') }} as color,
    {{ to_text('products.size') }} as size,
    {{ to_text('products.size_unit_measure_code') }} as size_unit_code,
    {{ to_decimal('products.weight') }} as weight,
    {{ to_text('products.weight_unit_measure_code') }} as weight_unit_code,
    case {{ to_text('products.product_line') }}
        when 'R' then 'road'
        when 'M' then 'mountain'
        when 'T' then 'touring'
        when 'S' then 'standard'
    end as product_line,
    case {{ to_text('products.class') }}
        when 'H' then 'high'
        when 'M' then 'medium'
        when 'L' then 'low'
    end as product_class,
    case {{ to_text('products.style') }}
        when 'W' then 'women'
        when 'M' then 'men'
        when 'U' then 'universal'
    end as gender,
    {{ to_boolean('products.make_flag') }} as is_made,
    {{ to_boolean('products.finished_goods_flag') }} as is_sold,
    {{ to_decimal('products.safety_stock_level') }} as safety_stock_quantity,
    {{ to_decimal('products.reorder_point') }} as reorder_point_quantity,
    {{ to_integer('products.days_to_manufacture') }} as manufacturing_days,
    'EA' as unit_code,
    {{ to_date('products.sell_start_date') }} as sold_from,
    {{ to_date('products.sell_end_date') }} as sold_to,
    {{ origin_columns('aw_erp', 'products.product_id', to_timestamp('products.modified_date'), origin='products') }}
from products
left join subcategories on products.product_subcategory_id = subcategories.product_subcategory_id
left join categories on subcategories.product_category_id = categories.product_category_id
left join models on products.product_model_id = models.product_model_id

with products as (

    select * from {{ ref('dim_product') }}

)

select
    product_key,
    coalesce(style_id, product_key) as style_key,
    coalesce(style_name, product_name) as style_name,
    sku,
    coalesce(subcategory_name, category_name) as category_name,
    color,
    size,
    cast(list_price as double) as price,
    sold_from,
    sold_to
from products
where
    is_current
    and {{ is_live() }}
    and coalesce(is_sold, true)
    and product_key <> {{ unknown_key() }}

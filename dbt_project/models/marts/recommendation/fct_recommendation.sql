with ranked as (

    select * from {{ ref('int_recommendations__ranked') }}

),

products as (

    select * from {{ ref('int_recommendations__products') }}

),

styles as (

    select
        style_key,
        min(style_name) as style_name,
        min(category_name) as category_name
    from products
    group by style_key

)

select
    ranked.person_key,
    cast(ranked.rank as integer) as rank,
    ranked.style_key,
    styles.style_name,
    styles.category_name,
    ranked.product_key,
    products.sku,
    products.color,
    products.size,
    cast(ranked.score as double) as score,
    ranked.reason_kind,
    ranked.reason_style_key,
    ranked.reason,
    ranked.model,
    ranked.made_on
from ranked
inner join styles on ranked.style_key = styles.style_key
left join products on ranked.product_key = products.product_key

with lines as (

    select * from {{ ref('fct_order_line') }}

),

return_lines as (

    select * from {{ ref('fct_return_line') }}

),

products as (

    select * from {{ ref('dim_product') }}

),

records as (

    select * from {{ ref('int_persons__recorded') }}

),

bought as (

    select
        lines.customer_key,
        lines.product_version_key,
        lines.quantity as bought_quantity,
        0 as returned_quantity,
        0 as returned_for_size_quantity
    from lines
    where lines.is_revenue

),

returned as (

    select
        return_lines.customer_key,
        return_lines.product_version_key,
        0 as bought_quantity,
        return_lines.quantity as returned_quantity,
        case when return_lines.reason = 'size' then return_lines.quantity else 0 end as returned_for_size_quantity
    from return_lines

),

both_sides as (

    select
        customer_key,
        product_version_key,
        bought_quantity,
        returned_quantity,
        returned_for_size_quantity
    from bought
    union all
    select
        customer_key,
        product_version_key,
        bought_quantity,
        returned_quantity,
        returned_for_size_quantity
    from returned

)

select
    records.person_key,
    coalesce(products.category_name, 'unknown') as category_name,
    {{ size_scale('products.size') }} as size_scale,
    products.size,
    cast(sum(both_sides.bought_quantity) as decimal(18, 4)) as bought_quantity,
    cast(sum(both_sides.returned_quantity) as decimal(18, 4)) as returned_quantity,
    cast(sum(both_sides.returned_for_size_quantity) as decimal(18, 4)) as returned_for_size_quantity,
    cast(sum(both_sides.bought_quantity) - sum(both_sides.returned_quantity) as decimal(18, 4)) as kept_quantity
from both_sides
inner join records on both_sides.customer_key = records.customer_key
inner join products on both_sides.product_version_key = products.product_version_key
where products.size is not null
group by
    records.person_key,
    coalesce(products.category_name, 'unknown'),
    products.size

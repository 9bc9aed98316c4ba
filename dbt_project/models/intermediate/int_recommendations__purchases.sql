with lines as (

    select * from {{ ref('fct_order_line') }}

),

return_lines as (

    select * from {{ ref('fct_return_line') }}

),

customers as (

    select * from {{ ref('dim_customer') }}

),

people as (

    select
        customer_key,
        person_key
    from customers
    where is_current and customer_type = 'person' and {{ is_live() }}

),

returned as (

    select
        order_line_key,
        sum(quantity) as quantity
    from return_lines
    where order_line_key is not null
    group by order_line_key

)

select
    people.person_key,
    lines.product_key,
    lines.ordered_on as purchased_on,
    -- What she sent back she liked well enough to order, but not to keep.
    cast(case when returned.quantity >= lines.quantity then 0.5 else 1 end as double) as weight
from lines
inner join people on lines.customer_key = people.customer_key
left join returned on lines.order_line_key = returned.order_line_key
where
    lines.is_revenue
    and lines.quantity > 0
    and lines.ordered_on <= {{ latest_date() }}
    and lines.product_key <> {{ unknown_key() }}

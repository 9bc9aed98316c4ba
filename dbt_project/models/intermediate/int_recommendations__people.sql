with customers as (

    select * from {{ ref('dim_customer') }}

),

lines as (

    select * from {{ ref('fct_order_line') }}

),

geographies as (

    select * from {{ ref('dim_geography') }}

),

last_orders as (

    select
        lines.customer_key,
        geographies.country_code,
        row_number() over (
            partition by lines.customer_key
            order by lines.ordered_on desc, lines.order_line_key
        ) as preference
    from lines
    inner join geographies on lines.geography_key = geographies.geography_key
    where geographies.country_code is not null

)

select
    customers.customer_key as person_key,
    coalesce(last_orders.country_code, customers.country_code) as market_code
from customers
left join last_orders on customers.customer_key = last_orders.customer_key and last_orders.preference = 1
where customers.is_current and customers.customer_type = 'person' and not coalesce(customers.is_deleted, false)

with persons as (

    select * from {{ ref('dim_person') }}

),

customers as (

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
        customers.person_key,
        geographies.country_code,
        row_number() over (
            partition by customers.person_key
            order by lines.ordered_on desc, lines.order_line_key
        ) as preference
    from lines
    inner join customers on lines.customer_key = customers.customer_key and customers.is_current
    inner join geographies on lines.geography_key = geographies.geography_key
    where geographies.country_code is not null

)

select
    persons.person_key,
    coalesce(last_orders.country_code, persons.country_code) as market_code
from persons
left join last_orders on persons.person_key = last_orders.person_key and last_orders.preference = 1
where persons.person_type = 'person' and not coalesce(persons.is_deleted, false)

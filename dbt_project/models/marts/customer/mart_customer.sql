with customers as (

    select * from {{ ref('dim_customer') }}

),

lines as (

    select * from {{ ref('fct_order_line') }}

),

products as (

    select * from {{ ref('dim_product') }}

),

geographies as (

    select * from {{ ref('dim_geography') }}

),

payments as (

    select * from {{ ref('fct_payment') }}

),

refunds as (

    select * from {{ ref('fct_refund') }}

),

return_lines as (

    select * from {{ ref('fct_return_line') }}

),

bought as (

    select
        customer_key,
        min(case when is_revenue then ordered_on end) as first_order_on,
        max(case when is_revenue then ordered_on end) as last_order_on,
        {{ order_count() }} as order_count,
        {{ units_sold() }} as unit_count,
        {{ net_revenue() }} as net_amount_reporting,
        {{ margin() }} as margin_amount_reporting
    from lines
    group by customer_key

),

latest_order as (

    select max(last_order_on) as latest_order_on
    from bought

),

bought_by_category as (

    select
        lines.customer_key,
        products.category_name,
        {{ units_sold('lines.quantity') }} as unit_count,
        {{ net_revenue('lines.net_amount_reporting') }} as net_amount_reporting
    from lines
    inner join products on lines.product_version_key = products.product_version_key
    where lines.is_revenue and products.category_name is not null
    group by lines.customer_key, products.category_name

),

ranked_categories as (

    select
        customer_key,
        category_name,
        row_number() over (
            partition by customer_key
            order by unit_count desc, net_amount_reporting desc, category_name
        ) as preference
    from bought_by_category
    where unit_count > 0

),

paid as (

    select
        customer_key,
        sum(moved_amount_reporting) as paid_amount_reporting
    from payments
    group by customer_key

),

refunded as (

    select
        customer_key,
        sum(total_amount_reporting) as refunded_amount_reporting
    from refunds
    group by customer_key

),

returned as (

    select
        customer_key,
        sum(quantity) as returned_quantity
    from return_lines
    group by customer_key

),

favourite_categories as (

    select
        customer_key,
        category_name
    from ranked_categories
    where preference = 1

)

select
    customers.customer_key,
    customers.customer_id,
    customers.full_name,
    customers.customer_type,
    customers.country_code,
    customers.region_name,
    coalesce(customers.territory_name, geographies.territory_name) as territory_name,
    customers.acquired_on,
    customers.is_active,
    bought.first_order_on,
    bought.last_order_on,
    coalesce(bought.order_count, 0) as order_count,
    coalesce(bought.unit_count, 0) as unit_count,
    coalesce(bought.net_amount_reporting, 0) as net_amount_reporting,
    coalesce(bought.margin_amount_reporting, 0) as margin_amount_reporting,
    {{ average_order_amount('bought.net_amount_reporting', 'bought.order_count') }} as average_order_amount_reporting,
    {{ days_between('bought.last_order_on', 'latest_order.latest_order_on') }} as days_since_last_order,
    coalesce(bought.order_count, 0) > 1 as is_repeat_customer,
    favourite_categories.category_name as favourite_category_name,
    {{ reporting_currency_code() }} as reporting_currency_code,
    cast(coalesce(returned.returned_quantity, 0) as decimal(18, 4)) as returned_quantity,
    {{ return_rate('coalesce(returned.returned_quantity, 0)', 'bought.unit_count') }} as return_rate,
    cast(coalesce(refunded.refunded_amount_reporting, 0) as decimal(24, 8)) as refunded_amount_reporting,
    cast(coalesce(paid.paid_amount_reporting, 0) as decimal(24, 8)) as paid_amount_reporting
from customers
left join bought on customers.customer_key = bought.customer_key
left join favourite_categories on customers.customer_key = favourite_categories.customer_key
left join returned on customers.customer_key = returned.customer_key
left join refunded on customers.customer_key = refunded.customer_key
left join paid on customers.customer_key = paid.customer_key
left join geographies on customers.geography_key = geographies.geography_key
cross join latest_order
-- Orders and money of unknown customers stay together in one row, so that the sums of this mart are the sums of the company.
where
    customers.is_current
    and (
        customers.customer_key <> {{ unknown_key() }}
        or bought.order_count > 0
        or returned.customer_key is not null
        or refunded.customer_key is not null
        or paid.customer_key is not null
    )

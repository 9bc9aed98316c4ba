with orders as (

    select * from {{ ref('int_person_orders__valued') }}

),

channels as (

    select * from {{ ref('dim_channel') }}

),

geographies as (

    select * from {{ ref('dim_geography') }}

),

latest_order as (

    select max(ordered_on) as latest_order_on
    from orders

),

numbered as (

    select
        person_key,
        channel_key,
        geography_key,
        row_number() over (partition by person_key order by ordered_on nulls last, order_key) as order_number
    from orders

),

first_orders as (

    select
        numbered.person_key,
        channels.channel_name as first_order_channel_name,
        geographies.market_region as first_order_market_region
    from numbered
    inner join channels on numbered.channel_key = channels.channel_key
    inner join geographies on numbered.geography_key = geographies.geography_key
    where numbered.order_number = 1

),

totals as (

    select
        person_key,
        min(ordered_on) as first_order_on,
        max(ordered_on) as last_order_on,
        count(*) as order_count,
        sum(unit_count) as unit_count,
        sum(discounted_unit_count) as discounted_unit_count,
        sum(net_amount_reporting) as net_amount_reporting,
        sum(discounted_net_amount_reporting) as discounted_net_amount_reporting,
        sum(discount_amount_reporting) as discount_amount_reporting,
        sum(refunded_amount_reporting) as refunded_amount_reporting,
        sum(net_amount_after_refunds_reporting) as net_amount_after_refunds_reporting
    from orders
    group by person_key

)

select
    totals.person_key,
    totals.first_order_on,
    totals.last_order_on,
    {{ days_between('totals.first_order_on', 'latest_order.latest_order_on') }} as days_since_first_order,
    {{ days_between('totals.last_order_on', 'latest_order.latest_order_on') }} as days_since_last_order,
    coalesce(first_orders.first_order_channel_name, 'unknown') as first_order_channel_name,
    coalesce(first_orders.first_order_market_region, 'unknown') as first_order_market_region,
    totals.order_count,
    cast(totals.unit_count as decimal(18, 4)) as unit_count,
    cast(totals.discounted_unit_count as decimal(18, 4)) as discounted_unit_count,
    cast(totals.net_amount_reporting as decimal(24, 8)) as net_amount_reporting,
    cast(totals.discounted_net_amount_reporting as decimal(24, 8)) as discounted_net_amount_reporting,
    cast(totals.discount_amount_reporting as decimal(24, 8)) as discount_amount_reporting,
    cast(totals.refunded_amount_reporting as decimal(24, 8)) as refunded_amount_reporting,
    cast(totals.net_amount_after_refunds_reporting as decimal(24, 8)) as net_amount_after_refunds_reporting
from totals
left join first_orders on totals.person_key = first_orders.person_key
cross join latest_order

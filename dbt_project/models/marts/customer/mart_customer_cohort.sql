with orders as (

    select * from {{ ref('int_person_orders__valued') }}

),

bought as (

    select * from {{ ref('int_persons__bought') }}

),

dates as (

    select * from {{ ref('dim_date') }}

),

-- Orders without a date or of nobody known belong to no cohort.
members as (

    select
        person_key,
        {{ month_start('first_order_on') }} as cohort_month_on,
        first_order_channel_name,
        first_order_market_region
    from bought
    where person_key <> {{ unknown_key() }} and first_order_on is not null

),

cohorts as (

    select
        cohort_month_on,
        first_order_channel_name,
        first_order_market_region,
        count(*) as person_count
    from members
    group by cohort_month_on, first_order_channel_name, first_order_market_region

),

latest_order as (

    select max(ordered_on) as latest_order_on
    from orders

),

months as (

    select distinct {{ month_start('dates.date_on') }} as month_on
    from dates
    inner join latest_order on dates.date_on <= latest_order.latest_order_on

),

activity as (

    select
        members.cohort_month_on,
        members.first_order_channel_name,
        members.first_order_market_region,
        {{ month_start('orders.ordered_on') }} as month_on,
        count(distinct orders.person_key) as active_person_count,
        count(*) as order_count,
        sum(orders.net_amount_reporting) as net_amount_reporting,
        sum(orders.net_amount_after_refunds_reporting) as net_amount_after_refunds_reporting
    from orders
    inner join members on orders.person_key = members.person_key
    where orders.ordered_on is not null
    group by
        members.cohort_month_on,
        members.first_order_channel_name,
        members.first_order_market_region,
        {{ month_start('orders.ordered_on') }}

),

-- Every month up to the newest, so that a month in which nobody came back is a zero and not a gap.
followed as (

    select
        cohorts.cohort_month_on,
        cohorts.first_order_channel_name,
        cohorts.first_order_market_region,
        months.month_on,
        cohorts.person_count,
        coalesce(activity.active_person_count, 0) as active_person_count,
        coalesce(activity.order_count, 0) as order_count,
        coalesce(activity.net_amount_reporting, 0) as net_amount_reporting,
        coalesce(activity.net_amount_after_refunds_reporting, 0) as net_amount_after_refunds_reporting
    from cohorts
    inner join months on cohorts.cohort_month_on <= months.month_on
    left join activity
        on
            cohorts.cohort_month_on = activity.cohort_month_on
            and cohorts.first_order_channel_name = activity.first_order_channel_name
            and cohorts.first_order_market_region = activity.first_order_market_region
            and months.month_on = activity.month_on

)

select
    cohort_month_on,
    first_order_channel_name,
    first_order_market_region,
    month_on,
    {{ months_between('cohort_month_on', 'month_on') }} as months_since_first_order,
    person_count,
    active_person_count,
    order_count,
    cast(net_amount_reporting as decimal(24, 8)) as net_amount_reporting,
    cast(net_amount_after_refunds_reporting as decimal(24, 8)) as net_amount_after_refunds_reporting,
    {{ ratio('active_person_count', 'person_count') }} as retention_rate,
    cast(
        sum(net_amount_after_refunds_reporting) over (
            partition by cohort_month_on, first_order_channel_name, first_order_market_region
            order by month_on
            rows between unbounded preceding and current row
        ) / person_count as decimal(24, 8)
    ) as cumulative_amount_per_person_reporting,
    {{ reporting_currency_code() }} as reporting_currency_code
from followed

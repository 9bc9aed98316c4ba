with lines as (

    select * from {{ ref('fct_order_line') }}

),

refunds as (

    select * from {{ ref('fct_refund') }}

),

records as (

    select * from {{ ref('int_persons__recorded') }}

),

refunded as (

    select
        order_key,
        sum({{ refunded_goods() }}) as refunded_amount_reporting
    from refunds
    where order_key <> {{ unknown_key() }}
    group by order_key

),

-- Lines without an order stay together in one row of the unknown order, to which no refund belongs.
ordered as (

    select
        lines.order_key,
        records.person_key,
        min(lines.ordered_on) as ordered_on,
        min(lines.channel_key) as channel_key,
        min(lines.geography_key) as geography_key,
        {{ units_sold('lines.quantity') }} as unit_count,
        {{ units_sold('case when lines.discount_amount > 0 then lines.quantity end') }} as discounted_unit_count,
        {{ net_revenue('lines.net_amount_reporting') }} as net_amount_reporting,
        {{ net_revenue('case when lines.discount_amount > 0 then lines.net_amount_reporting end') }}
            as discounted_net_amount_reporting,
        {{ net_revenue('lines.discount_amount_reporting') }} as discount_amount_reporting
    from lines
    inner join records on lines.customer_key = records.customer_key
    where lines.is_revenue
    group by lines.order_key, records.person_key

)

select
    ordered.order_key,
    ordered.person_key,
    ordered.ordered_on,
    ordered.channel_key,
    ordered.geography_key,
    ordered.unit_count,
    ordered.discounted_unit_count,
    ordered.net_amount_reporting,
    ordered.discounted_net_amount_reporting,
    ordered.discount_amount_reporting,
    cast(coalesce(refunded.refunded_amount_reporting, 0) as decimal(24, 8)) as refunded_amount_reporting,
    {{ net_after_refunds('ordered.net_amount_reporting', 'refunded.refunded_amount_reporting') }}
        as net_amount_after_refunds_reporting
from ordered
left join refunded on ordered.order_key = refunded.order_key

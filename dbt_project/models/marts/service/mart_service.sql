with tickets as (

    select * from {{ ref('fct_ticket') }}

),

deliveries as (

    select * from {{ ref('mart_delivery') }}

),

order_lines as (

    select * from {{ ref('fct_order_line') }}

),

products as (

    select * from {{ ref('dim_product') }}

),

customers as (

    select * from {{ ref('dim_customer') }}

),

geographies as (

    select * from {{ ref('dim_geography') }}

),

-- A ticket that was merged into another lives on there.
counted_tickets as (

    select *
    from tickets
    where not is_merged

),

asked_orders as (

    select distinct order_key
    from counted_tickets
    where order_key <> {{ unknown_key() }}

),

-- Of several parcels of an order, the late one is what the customer writes about; else the last.
ranked_deliveries as (

    select
        deliveries.order_key,
        deliveries.order_id,
        deliveries.carrier_name,
        deliveries.is_delivered_on_time,
        row_number() over (
            partition by deliveries.order_key
            order by
                case
                    when deliveries.is_delivered_on_time then 1 when not deliveries.is_delivered_on_time then 0 else 2
                end,
                deliveries.shipped_on desc nulls last, deliveries.shipment_key asc
        ) as rank_in_order
    from deliveries
    inner join asked_orders on deliveries.order_key = asked_orders.order_key

),

-- An order of several styles is named by the dearest of them.
ordered_styles as (

    select
        order_lines.order_key,
        any_value(order_lines.order_id) as order_id,
        coalesce(products.style_id, products.product_id) as style_id,
        coalesce(products.style_name, products.product_name) as style_name,
        any_value(products.category_name) as category_name,
        sum(order_lines.net_amount_reporting) as net_amount_reporting
    from order_lines
    inner join asked_orders on order_lines.order_key = asked_orders.order_key
    inner join products on order_lines.product_version_key = products.product_version_key
    group by
        order_lines.order_key, coalesce(products.style_id, products.product_id),
        coalesce(products.style_name, products.product_name)

),

ranked_styles as (

    select
        order_key,
        order_id,
        style_id,
        style_name,
        category_name,
        row_number()
            over (partition by order_key order by net_amount_reporting desc nulls last, style_id asc)
            as rank_in_order,
        count(*) over (partition by order_key) as style_count
    from ordered_styles

)

select
    counted_tickets.ticket_key,
    counted_tickets.ticket_id,
    counted_tickets.opened_at,
    counted_tickets.opened_on,
    counted_tickets.solved_at,
    counted_tickets.status,
    counted_tickets.channel,
    counted_tickets.priority,
    counted_tickets.ticket_type,
    counted_tickets.cause,
    counted_tickets.group_name,
    counted_tickets.assignee_id,
    counted_tickets.language,
    counted_tickets.first_response_minutes,
    counted_tickets.resolution_hours,
    counted_tickets.is_first_response_in_time,
    counted_tickets.reopen_count,
    counted_tickets.satisfaction,
    {{ is_satisfied('counted_tickets.satisfaction') }} as is_satisfied,
    counted_tickets.customer_key,
    customers.full_name as customer_name,
    geographies.country_code,
    counted_tickets.order_key,
    coalesce(ranked_styles.order_id, ranked_deliveries.order_id) as order_id,
    not ranked_deliveries.is_delivered_on_time as is_shipment_late,
    ranked_deliveries.carrier_name,
    ranked_styles.style_id,
    ranked_styles.style_name,
    ranked_styles.category_name,
    cast(coalesce(ranked_styles.style_count, 0) as integer) as style_count,
    counted_tickets.company_id,
    counted_tickets.source_system
from counted_tickets
inner join customers on counted_tickets.customer_version_key = customers.customer_version_key
inner join geographies on counted_tickets.geography_key = geographies.geography_key
left join ranked_deliveries
    on counted_tickets.order_key = ranked_deliveries.order_key and ranked_deliveries.rank_in_order = 1
left join ranked_styles
    on counted_tickets.order_key = ranked_styles.order_key and ranked_styles.rank_in_order = 1

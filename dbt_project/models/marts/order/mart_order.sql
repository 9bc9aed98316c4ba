with lines as (

    select * from {{ ref('fct_order_line') }}

),

orders as (

    select * from {{ ref('int_sales_orders__totalled') }}

),

customers as (

    select * from {{ ref('dim_customer') }}

),

channels as (

    select * from {{ ref('dim_channel') }}

),

geographies as (

    select * from {{ ref('dim_geography') }}

),

reasons as (

    select * from {{ ref('int_sales_order_reasons__unioned') }}

),

rates as (

    select * from {{ ref('int_currency_rates__daily') }}

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

line_totals as (

    -- What lines have from their order is the same on all of them.
    select
        order_key,
        any_value(order_id) as order_id,
        any_value(ordered_on) as ordered_on,
        any_value(shipped_on) as shipped_on,
        any_value(due_on) as due_on,
        any_value(customer_key) as customer_key,
        any_value(customer_version_key) as customer_version_key,
        any_value(channel_key) as channel_key,
        any_value(geography_key) as geography_key,
        any_value(source_system) as source_system,
        any_value(company_id) as company_id,
        any_value(status) as status,
        any_value(vat_treatment) as vat_treatment,
        any_value(currency_code) as currency_code,
        count(*) as line_count,
        sum(quantity) as unit_count,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(net_amount) as net_amount,
        sum(tax_amount) as tax_amount,
        sum(freight_amount) as freight_amount,
        sum(margin_amount) as margin_amount,
        sum(net_amount_reporting) as net_amount_reporting,
        sum(tax_amount_reporting) as tax_amount_reporting,
        sum(freight_amount_reporting) as freight_amount_reporting,
        sum(margin_amount_reporting) as margin_amount_reporting
    from lines
    group by order_key

),

-- An order whose lines are all in quarantine is still an order.
empty_orders as (

    select
        orders.order_key,
        orders.order_id,
        orders.ordered_on,
        orders.shipped_on,
        orders.due_on,
        {{ known_key('customers.customer_key') }} as customer_key,
        {{ known_key('customers.customer_version_key') }} as customer_version_key,
        {{ known_key('channels.channel_key') }} as channel_key,
        {{ known_key('coalesce(orders.ship_to_geography_key, customers.geography_key)') }} as geography_key,
        orders.source_system,
        orders.company_id,
        coalesce(orders.status, 'unknown') as status,
        coalesce(orders.vat_treatment, 'unknown') as vat_treatment,
        {{ known_currency('orders.currency_code') }} as currency_code,
        orders.tax_amount,
        orders.freight_amount,
        {{ exchange_rate('orders.currency_code', 'rates.rate') }} as exchange_rate
    from orders
    left join customers
        on orders.customer_key = customers.customer_key and customers.is_current
    left join channels on orders.channel_key = channels.channel_key
    left join rates on orders.currency_code = rates.from_currency_code and orders.ordered_on = rates.date_on
    where orders.line_count = 0 and {{ is_live('orders') }}

),

all_orders as (

    select
        order_key, order_id, ordered_on, shipped_on, due_on, customer_key, customer_version_key, channel_key, geography_key,
        source_system, company_id, status, vat_treatment, currency_code, line_count, unit_count, gross_amount, discount_amount,
        net_amount, tax_amount, freight_amount, margin_amount, net_amount_reporting, tax_amount_reporting, freight_amount_reporting,
        margin_amount_reporting
    from line_totals

    union all

    select
        order_key, order_id, ordered_on, shipped_on, due_on, customer_key, customer_version_key, channel_key, geography_key,
        source_system, company_id, status, vat_treatment, currency_code,
        0 as line_count,
        0 as unit_count,
        0 as gross_amount,
        0 as discount_amount,
        0 as net_amount,
        tax_amount,
        freight_amount,
        0 as margin_amount,
        0 as net_amount_reporting,
        {{ in_reporting_currency('tax_amount', 'exchange_rate') }} as tax_amount_reporting,
        {{ in_reporting_currency('freight_amount', 'exchange_rate') }} as freight_amount_reporting,
        0 as margin_amount_reporting
    from empty_orders

),

-- The first of a customer's orders that count; the number of the order decides between orders of one moment.
first_orders as (

    select
        all_orders.order_key,
        row_number() over (
            partition by all_orders.customer_key
            order by all_orders.ordered_on, orders.ordered_at nulls last, length(all_orders.order_id), all_orders.order_id
        ) = 1 as is_first_order
    from all_orders
    left join orders on all_orders.order_key = orders.order_key
    where
        {{ counts_as_revenue('all_orders.status') }}
        and all_orders.customer_key <> {{ unknown_key() }}
        and all_orders.ordered_on is not null

),

order_reasons as (

    select
        order_key,
        {{ joined_text('reason_name') }} as sales_reasons
    from reasons
    where {{ is_live() }}
    group by order_key

),

paid as (

    select
        order_key,
        sum(moved_amount_reporting) as paid_amount_reporting
    from payments
    group by order_key

),

refunded as (

    select
        order_key,
        sum(total_amount_reporting) as refunded_amount_reporting
    from refunds
    group by order_key

),

returned as (

    select
        order_key,
        sum(quantity) as returned_quantity
    from return_lines
    group by order_key

),

known_until as (

    select max(known_on) as known_until_on
    from (
        select max(ordered_on) as known_on from all_orders where ordered_on <= {{ latest_date() }}
        union all
        select max(shipped_on) as known_on from all_orders where shipped_on <= {{ latest_date() }}
    ) as known

)

select
    all_orders.order_key,
    all_orders.order_id,
    all_orders.ordered_on,
    all_orders.shipped_on,
    all_orders.due_on,
    all_orders.customer_key,
    customers.full_name as customer_name,
    all_orders.geography_key,
    geographies.country_code,
    coalesce(geographies.territory_name, customers.territory_name) as territory_name,
    all_orders.channel_key,
    channels.channel_name,
    all_orders.company_id,
    all_orders.source_system,
    all_orders.status,
    {{ counts_as_revenue('all_orders.status') }} as is_revenue,
    all_orders.vat_treatment,
    cast(all_orders.line_count as bigint) as line_count,
    cast(all_orders.unit_count as decimal(18, 4)) as unit_count,
    cast(all_orders.gross_amount as decimal(24, 8)) as gross_amount,
    cast(all_orders.discount_amount as decimal(24, 8)) as discount_amount,
    cast(all_orders.net_amount as decimal(24, 8)) as net_amount,
    cast(all_orders.tax_amount as decimal(24, 8)) as tax_amount,
    cast(all_orders.freight_amount as decimal(24, 8)) as freight_amount,
    cast(
        all_orders.net_amount + coalesce(all_orders.tax_amount, 0) + coalesce(all_orders.freight_amount, 0) as decimal(24, 8)
    ) as total_amount,
    cast(all_orders.margin_amount as decimal(24, 8)) as margin_amount,
    all_orders.currency_code,
    cast(all_orders.net_amount_reporting as decimal(24, 8)) as net_amount_reporting,
    cast(all_orders.margin_amount_reporting as decimal(24, 8)) as margin_amount_reporting,
    cast(
        all_orders.net_amount_reporting + coalesce(all_orders.tax_amount_reporting, 0)
        + coalesce(all_orders.freight_amount_reporting, 0) as decimal(24, 8)
    ) as total_amount_reporting,
    {{ reporting_currency_code() }} as reporting_currency_code,
    {{ days_between('all_orders.ordered_on', 'all_orders.shipped_on') }} as days_to_ship,
    {{ is_on_time('all_orders.shipped_on', 'all_orders.due_on', 'known_until.known_until_on') }} as is_on_time,
    coalesce(first_orders.is_first_order, false) as is_first_order,
    order_reasons.sales_reasons,
    cast(coalesce(returned.returned_quantity, 0) as decimal(18, 4)) as returned_quantity,
    cast(coalesce(refunded.refunded_amount_reporting, 0) as decimal(24, 8)) as refunded_amount_reporting,
    cast(coalesce(paid.paid_amount_reporting, 0) as decimal(24, 8)) as paid_amount_reporting
from all_orders
left join customers on all_orders.customer_version_key = customers.customer_version_key
left join channels on all_orders.channel_key = channels.channel_key
left join geographies on all_orders.geography_key = geographies.geography_key
left join first_orders on all_orders.order_key = first_orders.order_key
left join order_reasons on all_orders.order_key = order_reasons.order_key
left join returned on all_orders.order_key = returned.order_key
left join refunded on all_orders.order_key = refunded.order_key
left join paid on all_orders.order_key = paid.order_key
cross join known_until

with charges as (

    select * from {{ ref('int_landed_cost_charges__unioned') }}

),

lines as (

    select * from {{ ref('int_purchase_order_lines__unioned') }}

),

orders as (

    select * from {{ ref('int_purchase_orders__unioned') }}

),

shipments as (

    select * from {{ newest_per_key('int_shipments__unioned', 'shipment_key') }}

),

shipment_lines as (

    select * from {{ ref('int_shipment_lines__unioned') }}

),

rates as (

    select * from {{ ref('int_currency_rates__daily') }}

),

-- A shipment may carry orders in several currencies; what lines weigh must be comparable.
weighed_lines as (

    select
        lines.purchase_order_line_key,
        lines.purchase_order_key,
        lines.line_number,
        {{ exchange_rate('lines.currency_code', 'rates.rate') }} as exchange_rate,
        lines.unit_price,
        lines.net_amount,
        orders.ordered_on
    from lines
    inner join orders on lines.purchase_order_key = orders.purchase_order_key
    left join rates on lines.currency_code = rates.from_currency_code and orders.ordered_on = rates.date_on
    where {{ is_live('lines') }} and {{ is_live('orders') }}

),

live_charges as (

    select
        charges.landed_cost_charge_key,
        charges.charge_type,
        charges.charged_on,
        charges.amount,
        charges.currency_code,
        charges.purchase_order_line_key,
        charges.shipment_key,
        coalesce(charges.purchase_order_key, shipments.purchase_order_key) as purchase_order_key
    from charges
    left join shipments on charges.shipment_key = shipments.shipment_key
    where {{ is_live('charges') }}

),

-- A charge belongs to the line it names; else to the lines that its shipment carries; else to all lines of its order.
charges_of_lines as (

    select
        live_charges.landed_cost_charge_key,
        weighed_lines.purchase_order_line_key,
        cast(1 as decimal(24, 8)) as weight
    from live_charges
    inner join weighed_lines on live_charges.purchase_order_line_key = weighed_lines.purchase_order_line_key

),

charges_of_shipments as (

    select
        live_charges.landed_cost_charge_key,
        weighed_lines.purchase_order_line_key,
        sum(
            cast(
                {{ allocation_weight('shipment_lines.quantity * weighed_lines.unit_price') }}
                * coalesce(weighed_lines.exchange_rate, 1) as decimal(24, 8)
            )
        ) as weight
    from live_charges
    inner join shipment_lines on live_charges.shipment_key = shipment_lines.shipment_key
    inner join weighed_lines on shipment_lines.purchase_order_line_key = weighed_lines.purchase_order_line_key
    left join charges_of_lines on live_charges.landed_cost_charge_key = charges_of_lines.landed_cost_charge_key
    where {{ is_live('shipment_lines') }} and charges_of_lines.landed_cost_charge_key is null
    group by live_charges.landed_cost_charge_key, weighed_lines.purchase_order_line_key

),

charges_of_orders as (

    select
        live_charges.landed_cost_charge_key,
        weighed_lines.purchase_order_line_key,
        cast({{ allocation_weight('weighed_lines.net_amount') }} as decimal(24, 8)) as weight
    from live_charges
    inner join weighed_lines on live_charges.purchase_order_key = weighed_lines.purchase_order_key
    left join charges_of_lines on live_charges.landed_cost_charge_key = charges_of_lines.landed_cost_charge_key
    left join charges_of_shipments on live_charges.landed_cost_charge_key = charges_of_shipments.landed_cost_charge_key
    where charges_of_lines.landed_cost_charge_key is null and charges_of_shipments.landed_cost_charge_key is null

),

charged_lines as (

    select
        landed_cost_charge_key,
        purchase_order_line_key,
        weight
    from charges_of_lines

    union all

    select
        landed_cost_charge_key,
        purchase_order_line_key,
        cast(weight as decimal(24, 8)) as weight
    from charges_of_shipments

    union all

    select
        landed_cost_charge_key,
        purchase_order_line_key,
        weight
    from charges_of_orders

),

-- What charges tell of an order replaces what the order itself says of the same: they are the bill, it was the offer.
told_by_charges as (

    select distinct
        weighed_lines.purchase_order_key,
        live_charges.charge_type
    from charged_lines
    inner join live_charges on charged_lines.landed_cost_charge_key = live_charges.landed_cost_charge_key
    inner join weighed_lines on charged_lines.purchase_order_line_key = weighed_lines.purchase_order_line_key

),

order_amounts as (

    select
        purchase_order_key,
        'freight' as charge_type,
        ordered_on,
        freight_amount as amount,
        currency_code
    from orders
    where {{ is_live() }}

    union all

    select
        purchase_order_key,
        'vat' as charge_type,
        ordered_on,
        tax_amount as amount,
        currency_code
    from orders
    where {{ is_live() }}

),

order_charges as (

    select
        order_amounts.purchase_order_key,
        order_amounts.charge_type,
        order_amounts.ordered_on,
        order_amounts.amount,
        order_amounts.currency_code,
        md5(order_amounts.charge_type || '|' || order_amounts.purchase_order_key) as landed_cost_charge_key
    from order_amounts
    left join told_by_charges
        on
            order_amounts.purchase_order_key = told_by_charges.purchase_order_key
            and order_amounts.charge_type = told_by_charges.charge_type
    where order_amounts.amount <> 0 and told_by_charges.purchase_order_key is null

),

-- A charge that leads to no line stays as it is, under no line.
all_shares as (

    select
        live_charges.landed_cost_charge_key,
        charged_lines.purchase_order_line_key,
        live_charges.charge_type,
        false as is_from_order,
        coalesce(live_charges.charged_on, weighed_lines.ordered_on) as charged_on,
        live_charges.amount,
        live_charges.currency_code,
        coalesce(charged_lines.weight, 0) as weight,
        weighed_lines.line_number
    from live_charges
    left join charged_lines on live_charges.landed_cost_charge_key = charged_lines.landed_cost_charge_key
    left join weighed_lines on charged_lines.purchase_order_line_key = weighed_lines.purchase_order_line_key

    union all

    select
        order_charges.landed_cost_charge_key,
        weighed_lines.purchase_order_line_key,
        order_charges.charge_type,
        true as is_from_order,
        order_charges.ordered_on as charged_on,
        order_charges.amount,
        order_charges.currency_code,
        cast({{ allocation_weight('weighed_lines.net_amount') }} as decimal(24, 8)) as weight,
        weighed_lines.line_number
    from order_charges
    inner join weighed_lines on order_charges.purchase_order_key = weighed_lines.purchase_order_key

),

totalled as (

    select
        *,
        cast(sum(weight) over (partition by landed_cost_charge_key) as decimal(24, 8)) as total_weight,
        count(*) over (partition by landed_cost_charge_key) as line_count,
        row_number() over (
            partition by landed_cost_charge_key
            order by line_number desc nulls last, purchase_order_line_key desc
        ) = 1 as is_last_line
    from all_shares

),

parts as (

    select
        *,
        amount - sum({{ allocation_share('amount', 'weight', 'total_weight', 'line_count') }}) over (
            partition by landed_cost_charge_key
        ) as rest_amount
    from totalled

)

select
    parts.landed_cost_charge_key,
    parts.purchase_order_line_key,
    parts.charge_type,
    parts.is_from_order,
    parts.charged_on,
    {{ allocated_amount(
        'parts.amount', 'parts.weight', 'parts.total_weight', 'parts.line_count', 'parts.is_last_line',
        'parts.rest_amount'
    ) }} as amount,
    parts.currency_code,
    {{ exchange_rate('parts.currency_code', 'rates.rate') }} as exchange_rate
from parts
left join rates on parts.currency_code = rates.from_currency_code and parts.charged_on = rates.date_on

with orders as (

    select * from {{ ref('int_sales_orders__unioned') }}

),

lines as (

    select * from {{ ref('int_sales_order_lines__unioned') }}

),

shipments as (

    select * from {{ newest_per_key('int_shipments__unioned', 'shipment_key') }}

),

warehouses as (

    select * from {{ newest_per_key('int_warehouses__unioned', 'warehouse_key') }}

),

rates as (

    select * from {{ ref('int_currency_rates__daily') }}

),

goods as (

    select
        order_key,
        sum(net_amount) as goods_amount
    from lines
    where {{ is_live() }}
    group by order_key

),

-- An order that left from two countries has no one treatment.
origins as (

    select
        shipments.order_key,
        case
            when min(warehouses.country_code) = max(warehouses.country_code) then min(warehouses.country_code)
        end as from_country_code
    from shipments
    inner join warehouses on shipments.warehouse_key = warehouses.warehouse_key
    where shipments.direction = 'outbound' and {{ is_live('shipments') }}
    group by shipments.order_key

),

valued as (

    select
        orders.order_key,
        orders.ordered_on,
        origins.from_country_code,
        orders.ship_to_country_code,
        cast(
            goods.goods_amount * {{ exchange_rate('orders.currency_code', 'order_rates.rate') }}
            / {{ exchange_rate("'EUR'", 'euro_rates.rate') }} as decimal(24, 8)
        ) as goods_amount_eur,
        case
            when orders.currency_code = 'GBP' then goods.goods_amount
            else
                cast(
                    goods.goods_amount * {{ exchange_rate('orders.currency_code', 'order_rates.rate') }}
                    / {{ exchange_rate("'GBP'", 'pound_rates.rate') }} as decimal(24, 8)
                )
        end as goods_amount_gbp
    from orders
    left join goods on orders.order_key = goods.order_key
    left join origins on orders.order_key = origins.order_key
    left join rates as order_rates
        on orders.currency_code = order_rates.from_currency_code and orders.ordered_on = order_rates.date_on
    left join rates as euro_rates on euro_rates.from_currency_code = 'EUR' and orders.ordered_on = euro_rates.date_on
    left join rates as pound_rates on pound_rates.from_currency_code = 'GBP' and orders.ordered_on = pound_rates.date_on

)

select
    order_key,
    from_country_code,
    ship_to_country_code,
    goods_amount_eur,
    goods_amount_gbp,
    {{ vat_treatment(
        'from_country_code', 'ship_to_country_code', 'ordered_on', 'goods_amount_eur', 'goods_amount_gbp'
    ) }} as vat_treatment
from valued

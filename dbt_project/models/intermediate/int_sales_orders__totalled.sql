with orders as (

    select * from {{ ref('int_sales_orders__unioned') }}

),

lines as (

    select * from {{ ref('int_sales_order_lines__unioned') }}

),

vat as (

    select * from {{ ref('int_sales_orders__vat_treated') }}

),

line_totals as (

    select
        order_key,
        count(*) as line_count,
        sum({{ allocation_weight('net_amount') }}) as total_weight,
        -- The greatest line number, and of two lines that share it the greater key.
        substr(max(lpad(cast(coalesce(line_number, 0) as varchar), 10, '0') || order_line_key), 11) as last_line_key
    from lines
    where {{ is_live() }}
    group by order_key

),

weighed as (

    select
        orders.order_key,
        orders.tax_amount,
        orders.freight_amount,
        line_totals.line_count,
        line_totals.total_weight,
        line_totals.last_line_key
    from orders
    inner join line_totals on orders.order_key = line_totals.order_key

),

-- What rounding the shares of an order's lines leaves over; it goes to the last line.
remainders as (

    select
        weighed.order_key,
        max(weighed.tax_amount) - sum(
            {{ allocation_share(
                'weighed.tax_amount', allocation_weight('lines.net_amount'), 'weighed.total_weight', 'weighed.line_count'
            ) }}
        ) as tax_remainder_amount,
        max(weighed.freight_amount) - sum(
            {{ allocation_share(
                'weighed.freight_amount', allocation_weight('lines.net_amount'), 'weighed.total_weight', 'weighed.line_count'
            ) }}
        ) as freight_remainder_amount
    from lines
    inner join weighed on lines.order_key = weighed.order_key
    where {{ is_live('lines') }}
    group by weighed.order_key

)

select
    orders.order_key,
    orders.order_id,
    orders.customer_key,
    orders.channel_key,
    orders.carrier_key,
    orders.ordered_on,
    orders.ordered_at,
    orders.due_on,
    orders.shipped_on,
    orders.status,
    orders.currency_code,
    orders.tax_amount,
    orders.freight_amount,
    {{ region_key('orders.ship_to_country_code', 'orders.ship_to_region_code') }} as ship_to_geography_key,
    vat.vat_treatment,
    orders.is_deleted,
    orders.source_system,
    orders.company_id,
    coalesce(weighed.line_count, 0) as line_count,
    cast(weighed.total_weight as decimal(24, 8)) as total_weight,
    weighed.last_line_key,
    cast(remainders.tax_remainder_amount as decimal(24, 8)) as tax_remainder_amount,
    cast(remainders.freight_remainder_amount as decimal(24, 8)) as freight_remainder_amount
from orders
left join weighed on orders.order_key = weighed.order_key
left join vat on orders.order_key = vat.order_key
left join remainders on orders.order_key = remainders.order_key

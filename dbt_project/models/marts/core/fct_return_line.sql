with return_lines as (

    select * from {{ ref('int_return_lines__unioned') }}

),

order_lines as (

    select * from {{ ref('fct_order_line') }}

),

orders as (

    select * from {{ ref('int_sales_orders__totalled') }}

),

customers as (

    select * from {{ ref('int_customers__versioned') }}

),

products as (

    select * from {{ ref('int_products__versioned') }}

),

warehouses as (

    select * from {{ ref('dim_warehouse') }}

),

rates as (

    select * from {{ ref('int_currency_rates__daily') }}

),

-- What a return does not say itself, it has from the line that was sold, and that from its order.
returned as (

    select
        return_lines.return_line_key,
        return_lines.return_id,
        return_lines.refund_key,
        return_lines.order_line_key,
        return_lines.warehouse_key,
        return_lines.company_id,
        return_lines.source_system,
        return_lines.returned_on,
        return_lines.reason_raw,
        return_lines.reason,
        return_lines.quantity,
        return_lines.is_restocked,
        return_lines.net_amount,
        return_lines.tax_amount,
        return_lines.currency_code,
        coalesce(return_lines.order_key, order_lines.order_key) as order_key,
        coalesce(return_lines.product_key, order_lines.product_key) as product_key
    from return_lines
    left join order_lines on return_lines.order_line_key = order_lines.order_line_key
    where {{ is_live('return_lines') }}

),

joined as (

    select
        returned.return_line_key,
        returned.return_id,
        {{ known_key('returned.refund_key') }} as refund_key,
        {{ known_key('returned.order_key') }} as order_key,
        {{ known_key('returned.order_line_key') }} as order_line_key,
        {{ known_key('customers.customer_key') }} as customer_key,
        {{ known_key('customers.customer_version_key') }} as customer_version_key,
        {{ known_key('products.product_key') }} as product_key,
        {{ known_key('products.product_version_key') }} as product_version_key,
        {{ known_key('warehouses.warehouse_key') }} as warehouse_key,
        {{ known_key('coalesce(orders.ship_to_geography_key, customers.geography_key)') }} as geography_key,
        returned.company_id,
        returned.source_system,
        orders.ordered_on,
        returned.returned_on,
        returned.reason_raw,
        coalesce(returned.reason, 'unknown') as reason,
        returned.is_restocked,
        returned.quantity,
        returned.net_amount,
        returned.tax_amount,
        {{ known_currency('returned.currency_code') }} as currency_code,
        {{ exchange_rate('returned.currency_code', 'rates.rate') }} as exchange_rate
    from returned
    left join orders on returned.order_key = orders.order_key
    left join customers on {{ version_on('customers', 'customer_key', 'orders.customer_key', 'returned.returned_on') }}
    left join products on {{ version_on('products', 'product_key', 'returned.product_key', 'returned.returned_on') }}
    left join warehouses on returned.warehouse_key = warehouses.warehouse_key
    left join rates on returned.currency_code = rates.from_currency_code and returned.returned_on = rates.date_on

)

select
    return_line_key,
    return_id,
    refund_key,
    order_key,
    order_line_key,
    customer_key,
    customer_version_key,
    product_key,
    product_version_key,
    warehouse_key,
    geography_key,
    company_id,
    source_system,
    ordered_on,
    returned_on,
    {{ known_date_key('returned_on') }} as date_key,
    {{ days_between('ordered_on', 'returned_on') }} as days_to_return,
    reason_raw,
    reason,
    is_restocked,
    quantity,
    net_amount,
    tax_amount,
    currency_code,
    exchange_rate,
    {{ in_reporting_currency('net_amount', 'exchange_rate') }} as net_amount_reporting,
    {{ in_reporting_currency('tax_amount', 'exchange_rate') }} as tax_amount_reporting,
    {{ reporting_currency_code() }} as reporting_currency_code
from joined

with lines as (

    select * from {{ ref('int_sales_order_lines__unioned') }}

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

channels as (

    select * from {{ ref('dim_channel') }}

),

rates as (

    select * from {{ ref('int_currency_rates__daily') }}

),

-- Each join finds at most one row, so a fact keeps exactly the rows of its source.
joined as (

    select
        lines.order_line_key,
        {{ known_key('lines.order_key') }} as order_key,
        lines.order_id,
        lines.line_number,
        orders.ordered_on,
        orders.due_on,
        orders.shipped_on,
        {{ known_key('customers.customer_key') }} as customer_key,
        {{ known_key('customers.customer_version_key') }} as customer_version_key,
        {{ known_key('products.product_key') }} as product_key,
        {{ known_key('products.product_version_key') }} as product_version_key,
        {{ known_key('channels.channel_key') }} as channel_key,
        {{ known_key('coalesce(orders.ship_to_geography_key, customers.geography_key)') }} as geography_key,
        lines.company_id,
        lines.source_system,
        coalesce(orders.status, 'unknown') as status,
        coalesce(orders.vat_treatment, 'unknown') as vat_treatment,
        {{ known_currency('lines.currency_code') }} as currency_code,
        lines.quantity,
        lines.unit_code,
        lines.unit_price,
        lines.discount_rate,
        lines.gross_amount,
        lines.discount_amount,
        lines.net_amount,
        {{ allocated_amount(
            'orders.tax_amount', allocation_weight('lines.net_amount'), 'orders.total_weight', 'orders.line_count',
            'lines.order_line_key = orders.last_line_key', 'orders.tax_remainder_amount'
        ) }} as tax_amount,
        {{ allocated_amount(
            'orders.freight_amount', allocation_weight('lines.net_amount'), 'orders.total_weight', 'orders.line_count',
            'lines.order_line_key = orders.last_line_key', 'orders.freight_remainder_amount'
        ) }} as freight_amount,
        products.standard_cost,
        products.price_currency_code,
        {{ exchange_rate('lines.currency_code', 'line_rates.rate') }} as exchange_rate,
        {{ exchange_rate('products.price_currency_code', 'cost_rates.rate') }} as cost_exchange_rate
    from lines
    left join orders on lines.order_key = orders.order_key
    left join customers on {{ version_on('customers', 'customer_key', 'orders.customer_key', 'orders.ordered_on') }}
    left join products on {{ version_on('products', 'product_key', 'lines.product_key', 'orders.ordered_on') }}
    left join channels on orders.channel_key = channels.channel_key
    left join rates as line_rates
        on lines.currency_code = line_rates.from_currency_code and orders.ordered_on = line_rates.date_on
    left join rates as cost_rates
        on products.price_currency_code = cost_rates.from_currency_code and orders.ordered_on = cost_rates.date_on
    where {{ is_live('lines') }} and {{ is_live('orders') }}

),

costed as (

    select
        *,
        {{ in_document_currency(
            'standard_cost', 'price_currency_code', 'cost_exchange_rate', 'currency_code', 'exchange_rate'
        ) }} as unit_cost
    from joined

),

priced as (

    select
        *,
        cast(quantity * unit_cost as decimal(24, 8)) as cost_amount,
        {{ in_reporting_currency('net_amount', 'exchange_rate') }} as net_amount_reporting,
        {{ in_reporting_currency('quantity * standard_cost', 'cost_exchange_rate') }} as cost_amount_reporting
    from costed

)

select
    order_line_key,
    order_key,
    order_id,
    line_number,
    ordered_on,
    due_on,
    shipped_on,
    {{ known_date_key('ordered_on') }} as date_key,
    customer_key,
    customer_version_key,
    product_key,
    product_version_key,
    channel_key,
    geography_key,
    company_id,
    source_system,
    status,
    {{ counts_as_revenue('status') }} as is_revenue,
    vat_treatment,
    currency_code,
    {{ reporting_currency_code() }} as reporting_currency_code,
    quantity,
    unit_code,
    unit_price,
    discount_rate,
    gross_amount,
    discount_amount,
    net_amount,
    tax_amount,
    freight_amount,
    unit_cost,
    cost_amount,
    cast(net_amount - cost_amount as decimal(24, 8)) as margin_amount,
    exchange_rate,
    net_amount_reporting,
    {{ in_reporting_currency('gross_amount', 'exchange_rate') }} as gross_amount_reporting,
    {{ in_reporting_currency('discount_amount', 'exchange_rate') }} as discount_amount_reporting,
    {{ in_reporting_currency('tax_amount', 'exchange_rate') }} as tax_amount_reporting,
    {{ in_reporting_currency('freight_amount', 'exchange_rate') }} as freight_amount_reporting,
    cost_amount_reporting,
    cast(net_amount_reporting - cost_amount_reporting as decimal(24, 8)) as margin_amount_reporting
from priced

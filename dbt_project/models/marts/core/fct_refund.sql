with refunds as (

    select * from {{ ref('int_refunds__unioned') }}

),

orders as (

    select * from {{ ref('int_sales_orders__totalled') }}

),

customers as (

    select * from {{ ref('int_customers__versioned') }}

),

rates as (

    select * from {{ ref('int_currency_rates__daily') }}

),

joined as (

    select
        refunds.refund_key,
        refunds.refund_id,
        {{ known_key('refunds.order_key') }} as order_key,
        {{ known_key('customers.customer_key') }} as customer_key,
        {{ known_key('customers.customer_version_key') }} as customer_version_key,
        refunds.company_id,
        refunds.source_system,
        orders.ordered_on,
        refunds.refunded_at,
        refunds.refunded_on,
        refunds.reason,
        refunds.goods_amount,
        refunds.tax_amount,
        refunds.freight_amount,
        refunds.adjustment_amount,
        refunds.total_amount,
        {{ known_currency('refunds.currency_code') }} as currency_code,
        {{ exchange_rate('refunds.currency_code', 'rates.rate') }} as exchange_rate
    from refunds
    left join orders on refunds.order_key = orders.order_key
    left join customers on {{ version_on('customers', 'customer_key', 'orders.customer_key', 'refunds.refunded_on') }}
    left join rates on refunds.currency_code = rates.from_currency_code and refunds.refunded_on = rates.date_on
    where {{ is_live('refunds') }}

)

select
    refund_key,
    refund_id,
    order_key,
    customer_key,
    customer_version_key,
    company_id,
    source_system,
    ordered_on,
    refunded_at,
    refunded_on,
    {{ known_date_key('refunded_on') }} as date_key,
    {{ days_between('ordered_on', 'refunded_on') }} as days_to_refund,
    reason,
    goods_amount,
    tax_amount,
    freight_amount,
    adjustment_amount,
    total_amount,
    currency_code,
    exchange_rate,
    {{ in_reporting_currency('goods_amount', 'exchange_rate') }} as goods_amount_reporting,
    {{ in_reporting_currency('tax_amount', 'exchange_rate') }} as tax_amount_reporting,
    {{ in_reporting_currency('freight_amount', 'exchange_rate') }} as freight_amount_reporting,
    {{ in_reporting_currency('adjustment_amount', 'exchange_rate') }} as adjustment_amount_reporting,
    {{ in_reporting_currency('total_amount', 'exchange_rate') }} as total_amount_reporting,
    {{ reporting_currency_code() }} as reporting_currency_code
from joined

with payments as (

    select * from {{ ref('int_payments__unioned') }}

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
        payments.payment_key,
        payments.payment_id,
        {{ known_key('payments.order_key') }} as order_key,
        payments.invoice_id,
        {{ known_key('customers.customer_key') }} as customer_key,
        {{ known_key('customers.customer_version_key') }} as customer_version_key,
        payments.company_id,
        payments.source_system,
        payments.paid_at,
        payments.paid_on,
        payments.payment_type,
        coalesce(payments.status, 'unknown') as status,
        payments.gateway,
        payments.payment_method,
        payments.amount,
        {{ moved_amount('payments.amount', 'payments.payment_type', 'payments.status') }} as moved_amount,
        {{ known_currency('payments.currency_code') }} as currency_code,
        {{ exchange_rate('payments.currency_code', 'rates.rate') }} as exchange_rate
    from payments
    left join orders on payments.order_key = orders.order_key
    left join customers on {{ version_on('customers', 'customer_key', 'orders.customer_key', 'payments.paid_on') }}
    left join rates on payments.currency_code = rates.from_currency_code and payments.paid_on = rates.date_on
    where {{ is_live('payments') }}

)

select
    payment_key,
    payment_id,
    order_key,
    invoice_id,
    customer_key,
    customer_version_key,
    company_id,
    source_system,
    paid_at,
    paid_on,
    {{ known_date_key('paid_on') }} as date_key,
    payment_type,
    status,
    gateway,
    payment_method,
    amount,
    moved_amount,
    currency_code,
    exchange_rate,
    {{ in_reporting_currency('amount', 'exchange_rate') }} as amount_reporting,
    {{ in_reporting_currency('moved_amount', 'exchange_rate') }} as moved_amount_reporting,
    {{ reporting_currency_code() }} as reporting_currency_code
from joined

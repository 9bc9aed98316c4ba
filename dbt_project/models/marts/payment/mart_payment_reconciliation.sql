{#- What is booked for an order in a currency: each kind of document fills its own, and zeros for the others. -#}
{%- set amounts = [
    'ordered_amount', 'paid_amount', 'paid_back_amount', 'refunded_amount', 'invoiced_amount', 'credited_amount'
] -%}

with orders as (

    select * from {{ ref('mart_order') }}

),

payments as (

    select * from {{ ref('fct_payment') }}

),

refunds as (

    select * from {{ ref('fct_refund') }}

),

invoices as (

    select * from {{ ref('int_invoices__unioned') }}

),

rates as (

    select * from {{ ref('int_currency_rates__daily') }}

),

-- An order that does not count is owed nothing; what was paid for it must have gone back.
ordered as (

    select
        order_key,
        currency_code,
        ordered_on as booked_on,
        case when is_revenue then total_amount else 0 end as ordered_amount,
        case when is_revenue then total_amount_reporting else 0 end as ordered_amount_reporting
    from orders

),

-- Money for an order that no system knows is reconciled by its own day.
moved as (

    select
        coalesce(orders.order_key, {{ unknown_key() }}) as order_key,
        payments.currency_code,
        case when orders.order_key is null then payments.paid_on else orders.ordered_on end as booked_on,
        {{ is_money_back('payments.payment_type', 'payments.status') }} as is_back,
        payments.moved_amount,
        payments.moved_amount_reporting
    from payments
    left join orders on payments.order_key = orders.order_key

),

refunded as (

    select
        coalesce(orders.order_key, {{ unknown_key() }}) as order_key,
        refunds.currency_code,
        case when orders.order_key is null then refunds.refunded_on else orders.ordered_on end as booked_on,
        refunds.total_amount as refunded_amount,
        refunds.total_amount_reporting as refunded_amount_reporting
    from refunds
    left join orders on refunds.order_key = orders.order_key

),

-- Credit notes are below zero in the books.
invoiced as (

    select
        coalesce(orders.order_key, {{ unknown_key() }}) as order_key,
        {{ known_currency('invoices.currency_code') }} as currency_code,
        case when orders.order_key is null then invoices.invoiced_on else orders.ordered_on end as booked_on,
        invoices.invoice_type = 'sales_credit_note' as is_credit,
        invoices.total_amount,
        {{ in_reporting_currency(
            'invoices.total_amount', exchange_rate('invoices.currency_code', 'rates.rate')
        ) }} as total_amount_reporting
    from invoices
    left join orders on invoices.order_key = orders.order_key
    left join rates on invoices.currency_code = rates.from_currency_code and invoices.invoiced_on = rates.date_on
    where
        {{ is_live('invoices') }}
        and invoices.invoice_type in ('sales_invoice', 'sales_credit_note')
        and invoices.status <> 'cancelled'

),

{#- One select per kind of document: which amounts of the balance it fills, and with what. -#}
{%- set documents = [
    ('ordered', {'ordered_amount': 'ordered_amount'}),
    ('moved', {
        'paid_amount': 'case when is_back then 0 else moved_amount{side} end',
        'paid_back_amount': 'case when is_back then -moved_amount{side} else 0 end',
    }),
    ('refunded', {'refunded_amount': 'refunded_amount'}),
    ('invoiced', {
        'invoiced_amount': 'case when is_credit then 0 else total_amount{side} end',
        'credited_amount': 'case when is_credit then -total_amount{side} else 0 end',
    }),
] %}

entries as (

    {% for relation, filled in documents %}
        select
            order_key,
            currency_code,
            booked_on,
            {%- for amount in amounts %}
                {%- for side in ['', '_reporting'] %}
                    {%- set expression = filled.get(amount, '0') %}
                    {{ expression.replace('{side}', side) if '{side}' in expression else (
                        expression ~ side if expression != '0' else expression
                    ) }} as {{ amount }}{{ side }}{{ ',' if not (loop.last and amount == amounts[-1]) }}
                {%- endfor %}
            {%- endfor %}
        from {{ relation }}
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

),

balances as (

    select
        order_key,
        currency_code,
        booked_on,
    {%- for amount in amounts %}
        sum({{ amount }}) as {{ amount }},
        sum({{ amount }}_reporting) as {{ amount }}_reporting{{ ',' if not loop.last }}
    {%- endfor %}
    from entries
    group by order_key, currency_code, booked_on

),

-- What is known at all of the orders of a system: some keep refunds as documents, some as payments, some keep neither.
payments_known as (

    select
        orders.source_system,
        max(case when {{ is_money_back('payments.payment_type', 'payments.status') }} then 1 else 0 end) = 1
            as has_money_back
    from payments
    inner join orders on payments.order_key = orders.order_key
    group by orders.source_system

),

refunds_known as (

    select distinct orders.source_system
    from refunds
    inner join orders on refunds.order_key = orders.order_key

),

invoices_known as (

    select distinct orders.source_system
    from invoices
    inner join orders on invoices.order_key = orders.order_key

),

judged as (

    select
        balances.order_key,
        orders.order_id,
        orders.status as order_status,
        coalesce(orders.company_id, '{{ var("company_id") }}') as company_id,
        coalesce(orders.source_system, 'unknown') as source_system,
        balances.booked_on,
        balances.currency_code,
        {%- for amount in amounts %}
            balances.{{ amount }},
            balances.{{ amount }}_reporting,
        {%- endfor %}
        -- Where a system tells of only one of them, the refund and the money that went back are the same. What was
        -- refunded of an order that does not count was not owed before either.
        case
            when orders.order_key is null
                then {{ open_amount(
                    'balances.ordered_amount', 'balances.refunded_amount', 'balances.paid_amount', 'balances.paid_back_amount'
                ) }}
            when payments_known.source_system is not null
                then {{ open_amount(
                    'balances.ordered_amount',
                    'case when not orders.is_revenue then 0'
                    ~ ' when refunds_known.source_system is null then balances.paid_back_amount'
                    ~ ' else balances.refunded_amount end',
                    'balances.paid_amount',
                    'case when payments_known.has_money_back then balances.paid_back_amount'
                    ~ ' else balances.refunded_amount end'
                ) }}
        end as open_amount,
        case
            when orders.order_key is null or invoices_known.source_system is not null
                then {{ uninvoiced_amount(
                    'balances.ordered_amount',
                    'case when orders.is_revenue is false then 0 else balances.refunded_amount end',
                    'balances.invoiced_amount',
                    'balances.credited_amount'
                ) }}
        end as uninvoiced_amount
    from balances
    left join orders on balances.order_key = orders.order_key
    left join payments_known on orders.source_system = payments_known.source_system
    left join refunds_known on orders.source_system = refunds_known.source_system
    left join invoices_known on orders.source_system = invoices_known.source_system

)

select
    md5(
        judged.order_key || '|' || judged.currency_code
        || case
            when
                judged.order_key = {{ unknown_key() }}
                then '|' || coalesce(cast(judged.booked_on as varchar), '')
            else ''
        end
    ) as payment_reconciliation_key,
    judged.order_key,
    judged.order_id,
    judged.order_status,
    judged.company_id,
    judged.source_system,
    judged.booked_on,
    judged.currency_code,
    {%- for amount in amounts %}
        cast(judged.{{ amount }} as decimal(24, 8)) as {{ amount }},
    {%- endfor %}
    cast(judged.open_amount as decimal(24, 8)) as open_amount,
    abs(judged.open_amount) < 0.01 as is_settled,
    cast(judged.uninvoiced_amount as decimal(24, 8)) as uninvoiced_amount,
    {%- for amount in amounts %}
        cast(judged.{{ amount }}_reporting as decimal(24, 8)) as {{ amount }}_reporting,
    {%- endfor %}
    {{ in_reporting_currency('judged.open_amount', exchange_rate('judged.currency_code', 'rates.rate')) }}
        as open_amount_reporting,
    {{ reporting_currency_code() }} as reporting_currency_code
from judged
left join rates on judged.currency_code = rates.from_currency_code and judged.booked_on = rates.date_on

{# Measures of money received and given back, defined here once for every mart. #}

{# Whether a payment brought money in: an authorisation alone does not, and neither does an attempt that failed. #}
{% macro is_money_in(payment_type, status) -%}
    coalesce({{ status }} = 'succeeded' and {{ payment_type }} in ('capture', 'sale', 'customer_payment'), false)
{%- endmacro %}

{# Whether a payment gave money back. #}
{% macro is_money_back(payment_type, status) -%}
    coalesce({{ status }} = 'succeeded' and {{ payment_type }} = 'refund', false)
{%- endmacro %}

{#
    What a payment moved: above zero came in, below zero went back. Systems write what they give back with or without a sign;
    money that came in keeps its own, because a payment of a customer can be reversed.
#}
{% macro moved_amount(amount, payment_type, status) -%}
    cast(
        case
            when {{ is_money_in(payment_type, status) }} then {{ amount }}
            when {{ is_money_back(payment_type, status) }} then -abs({{ amount }})
            else 0
        end as decimal(24, 8)
    )
{%- endmacro %}

{# What a customer still owes: the order less what was refunded, less the money that stayed. Below zero the company owes it. #}
{% macro open_amount(ordered_amount, refunded_amount, paid_amount, paid_back_amount) -%}
    cast({{ ordered_amount }} - {{ refunded_amount }} - ({{ paid_amount }} - {{ paid_back_amount }}) as decimal(24, 8))
{%- endmacro %}

{# What the books lack of an order: ordered and not refunded less invoiced and not credited. #}
{% macro uninvoiced_amount(ordered_amount, refunded_amount, invoiced_amount, credited_amount) -%}
    cast(
        {{ ordered_amount }} - {{ refunded_amount }} - ({{ invoiced_amount }} - {{ credited_amount }}) as decimal(24, 8)
    )
{%- endmacro %}

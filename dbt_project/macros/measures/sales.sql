{# Measures of sales, defined here once for every mart. #}

{# Whether an order line counts as revenue: everything but what was cancelled, from the day it was ordered. #}
{% macro counts_as_revenue(status) -%}
    coalesce({{ status }}, 'unknown') not in ('cancelled', 'rejected')
{%- endmacro %}

{# Net revenue: line amounts after discount, without tax and freight, of lines that count. #}
{% macro net_revenue(net_amount='net_amount_reporting') -%}
    cast(coalesce(sum(case when is_revenue then {{ net_amount }} end), 0) as decimal(24, 8))
{%- endmacro %}

{# Margin: net revenue less standard cost of the goods, over lines whose cost is known. #}
{% macro margin(margin_amount='margin_amount_reporting') -%}
    cast(coalesce(sum(case when is_revenue then {{ margin_amount }} end), 0) as decimal(24, 8))
{%- endmacro %}

{# Units sold. #}
{% macro units_sold(quantity='quantity') -%}
    cast(coalesce(sum(case when is_revenue then {{ quantity }} end), 0) as decimal(18, 4))
{%- endmacro %}

{# Orders that count. #}
{% macro order_count(order_key='order_key') -%}
    count(distinct case when is_revenue then {{ order_key }} end)
{%- endmacro %}

{# What an average order is worth. #}
{% macro average_order_amount(net_amount, orders) -%}
    cast({{ net_amount }} / nullif({{ orders }}, 0) as decimal(24, 8))
{%- endmacro %}

{# Measures of what goods cost once they lie in the warehouse, defined here once for every mart. #}

{# Kinds of charges beside the goods themselves that make them dearer. VAT is not among them: it is reclaimed. #}
{% macro landed_charge_types() -%}
    {{ return(['freight', 'insurance', 'duty', 'brokerage', 'handling', 'other']) }}
{%- endmacro %}

{# What one unit costs with all charges; NULL where nothing was ordered. #}
{% macro landed_unit_cost(landed_amount, quantity) -%}
    cast({{ landed_amount }} / nullif({{ quantity }}, 0) as decimal(18, 4))
{%- endmacro %}

{# How much dearer the goods became on their way, as a share of their price. #}
{% macro landed_cost_rate(landed_amount, goods_amount) -%}
    {{ ratio('(' ~ landed_amount ~ ' - ' ~ goods_amount ~ ')', goods_amount) }}
{%- endmacro %}

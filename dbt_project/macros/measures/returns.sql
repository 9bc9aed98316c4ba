{# Measures of what comes back, defined here once for every mart. #}

{# The reasons of returns, in the words that all systems share. #}
{% macro return_reasons() -%}
    {{ return(['size', 'late', 'quality', 'wrong_item', 'changed_mind', 'not_as_described', 'unknown_stated']) }}
{%- endmacro %}

{# The share of what was sold that came back. NULL where nothing was sold. #}
{% macro return_rate(returned_quantity, sold_quantity) -%}
    {{ ratio(returned_quantity, sold_quantity) }}
{%- endmacro %}

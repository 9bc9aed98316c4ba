{# Lists that a system writes into one field. #}

{# One row per number in a text such as [1967, 1968]. #}
{% macro each_number_in(value) -%}
    {{ adapter.dispatch('each_number_in')(value) }}
{%- endmacro %}

{% macro default__each_number_in(value) -%}
    unnest(regexp_extract_all({{ value }}, '[0-9]+'))
{%- endmacro %}

{% macro spark__each_number_in(value) -%}
    explode(regexp_extract_all({{ value }}, '[0-9]+', 0))
{%- endmacro %}

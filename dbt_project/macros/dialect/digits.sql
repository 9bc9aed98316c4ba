{# The digits of a text in their order; NULL where it has none. #}
{% macro digits_of(value) -%}
    {{ adapter.dispatch('digits_of')(value) }}
{%- endmacro %}

{% macro default__digits_of(value) -%}
    nullif(regexp_replace({{ value }}, '[^0-9]', '', 'g'), '')
{%- endmacro %}

{% macro spark__digits_of(value) -%}
    nullif(regexp_replace({{ value }}, '[^0-9]', ''), '')
{%- endmacro %}

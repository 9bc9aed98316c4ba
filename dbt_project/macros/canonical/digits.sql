{# The digits of a text in their order, such as 100123 of '#100123'; NULL for none. #}
{% macro digits(column) -%}
    nullif(translate({{ column }}, translate({{ column }}, '0123456789', ''), ''), '')
{%- endmacro %}

{# Joining the texts of a group, which every SQL dialect spells differently. #}

{# The distinct values of a group in alphabetical order, separated by comma and blank; NULL for none. #}
{% macro joined_text(value) -%}
    {{ adapter.dispatch('joined_text')(value) }}
{%- endmacro %}

{% macro default__joined_text(value) -%}
    string_agg(distinct {{ value }}, ', ' order by {{ value }})
{%- endmacro %}

{% macro spark__joined_text(value) -%}
    array_join(sort_array(collect_set({{ value }})), ', ')
{%- endmacro %}

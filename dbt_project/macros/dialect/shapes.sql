{# Turning columns into rows. #}

{# Rows of (id columns, name, value) for each of the named columns; NULL values are left out. #}
{% macro unpivot_columns(relation, id_columns, columns, name, value) -%}
    {{ adapter.dispatch('unpivot_columns')(relation, id_columns, columns, name, value) }}
{%- endmacro %}

{% macro default__unpivot_columns(relation, id_columns, columns, name, value) -%}
    select {{ id_columns | join(', ') }}, {{ name }}, {{ value }}
    from {{ relation }}
    unpivot ({{ value }} for {{ name }} in ({{ columns | join(', ') }}))
{%- endmacro %}

{% macro spark__unpivot_columns(relation, id_columns, columns, name, value) -%}
    select {{ id_columns | join(', ') }}, {{ name }}, {{ value }}
    from {{ relation }}
    lateral view stack(
        {{ columns | length }}{% for column in columns %}, '{{ column }}', {{ column }}{% endfor %}
    ) as {{ name }}, {{ value }}
    where {{ value }} is not null
{%- endmacro %}

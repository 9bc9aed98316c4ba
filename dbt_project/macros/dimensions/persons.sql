{# The value of the best record that has one; place 1 is best. #}
{% macro first_known(column, place) -%}
    min_by({{ column }}, {{ place }}) filter (where {{ column }} is not null)
{%- endmacro %}

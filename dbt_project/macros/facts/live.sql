{# Whether the source still has the row, or the document it belongs to. What it does not say is not deleted. #}
{% macro is_live(relation='') -%}
    not coalesce({{ relation ~ '.' if relation }}is_deleted, false)
{%- endmacro %}

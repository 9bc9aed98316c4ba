{#
    Whether a row of a table that Fivetran's connector wrote is gone from its system: by the system's own flag where it has one, by the
    connector's _fivetran_deleted, or, where it keeps history, because no version of the row is active.
#}
{% macro row_is_gone(row, flag=none) -%}
    (
        {%- if flag %}coalesce({{ to_boolean(row ~ '.' ~ flag) }}, false) or {% endif %}
        coalesce({{ to_boolean(row ~ '.fivetran_deleted') }}, false) or not coalesce({{ to_boolean(row ~ '.fivetran_active') }}, true)
    )
{%- endmacro %}

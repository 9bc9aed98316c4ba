{#
    Whether a row of a table that Fivetran's connector wrote is gone from its system: by the system's own flag where it has one, by the
    connector's _fivetran_deleted, or, where it keeps history, because no version of the row is active. `origin` is the relation's name in a
    select that has several.
#}
{% macro row_is_gone(flag, origin='') -%}
    {%- set prefix = origin ~ '.' if origin else '' -%}
    coalesce({{ to_boolean(prefix ~ flag) }}, false)
    or coalesce({{ to_boolean(prefix ~ 'fivetran_deleted') }}, false)
    or not coalesce({{ to_boolean(prefix ~ 'fivetran_active') }}, true)
{%- endmacro %}

{# Casts of exported text. A value that does not fit becomes NULL; the gates report it with its file, line and value. #}

{% macro to_text(column) -%}
    nullif(trim({{ column }}), '')
{%- endmacro %}

{% macro to_integer(column) -%}
    try_cast({{ to_text(column) }} as integer)
{%- endmacro %}

{% macro to_decimal(column, scale=4, precision=18, decimal_mark='.') -%}
    {%- set text = to_text(column) -%}
    {%- if decimal_mark == ',' %}{% set text = "replace(replace(" ~ text ~ ", '.', ''), ',', '.')" %}{% endif -%}
    try_cast({{ text }} as decimal({{ precision }}, {{ scale }}))
{%- endmacro %}

{% macro to_timestamp(column, shift_days=0) -%}
    {{ plus_days('try_cast(' ~ to_text(column) ~ ' as timestamp)', shift_days) }}
{%- endmacro %}

{% macro to_date(column, shift_days=0) -%}
    cast({{ to_timestamp(column, shift_days) }} as date)
{%- endmacro %}

{% macro to_boolean(column) -%}
    case
        when lower({{ to_text(column) }}) in ('1', 'true', 't', 'yes', 'y') then true
        when lower({{ to_text(column) }}) in ('0', 'false', 'f', 'no', 'n') then false
    end
{%- endmacro %}

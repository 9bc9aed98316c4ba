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

{# A time in UTC: an offset behind it (2026-09-01T10:00:00+04:00) is applied, a text without one is UTC already. #}
{% macro to_timestamp(column, shift_days=0) -%}
    {{ plus_days(utc_of_offset(to_text(column)), shift_days) }}
{%- endmacro %}

{# The day as it is written, whatever time and offset stand behind it: the one on which it was, where it was. #}
{% macro to_date(column, shift_days=0) -%}
    cast({{ plus_days('try_cast(' ~ to_text(column) ~ ' as timestamp)', shift_days) }} as date)
{%- endmacro %}

{% macro to_boolean(column) -%}
    case
        when lower({{ to_text(column) }}) in ('1', 'true', 't', 'yes', 'y') then true
        when lower({{ to_text(column) }}) in ('0', 'false', 'f', 'no', 'n') then false
    end
{%- endmacro %}

{#
    The same for columns of which the pack says more: words that stand for no value (`missing`), formats of dates (`formats`), and the
    decimal mark of the entity.
#}
{% macro pack_text(system, entity, column, relation='') -%}
    {%- set described = var('weft_packs').get(system, {}).get('entities', {}).get(entity, {}).get('columns', {}).get(column, {}) -%}
    {%- set name = relation ~ '.' ~ column if relation else column -%}
    {%- if described.get('missing') -%}
        {%- set words = [] -%}
        {%- for word in [''] + described['missing'] -%}
            {%- do words.append("'" ~ word | replace("'", "''") ~ "'") -%}
        {%- endfor -%}
        case when trim({{ name }}) not in ({{ words | join(', ') }}) then trim({{ name }}) end
    {%- else -%}
        {{ to_text(name) }}
    {%- endif -%}
{%- endmacro %}

{% macro pack_decimal(system, entity, column, scale=4, precision=18, relation='') -%}
    {%- set described = var('weft_packs').get(system, {}).get('entities', {}).get(entity, {}) -%}
    {{ to_decimal(pack_text(system, entity, column, relation), scale, precision, described.get('decimal_mark', '.')) }}
{%- endmacro %}

{% macro pack_timestamp(system, entity, column, relation='') -%}
    {%- set described = var('weft_packs').get(system, {}).get('entities', {}).get(entity, {}) -%}
    {%- set formats = described.get('columns', {}).get(column, {}).get('formats', []) -%}
    {%- set text = pack_text(system, entity, column, relation) -%}
    {%- if formats -%}
        {{ plus_days(parsed_timestamp(text, formats), described.get('date_shift_days', 0)) }}
    {%- else -%}
        {{ to_timestamp(text, described.get('date_shift_days', 0)) }}
    {%- endif -%}
{%- endmacro %}

{% macro pack_date(system, entity, column, relation='') -%}
    {%- set described = var('weft_packs').get(system, {}).get('entities', {}).get(entity, {}) -%}
    {%- if described.get('columns', {}).get(column, {}).get('formats') -%}
        cast({{ pack_timestamp(system, entity, column, relation) }} as date)
    {%- else -%}
        {{ to_date(pack_text(system, entity, column, relation), described.get('date_shift_days', 0)) }}
    {%- endif -%}
{%- endmacro %}

{# The ISO 3166 code of a country that the source names in words; NULL for names that the seed does not know. #}
{% macro country_code_of(name) -%}
    (
        select max(country_names.country_code)
        from {{ ref('country_names') }} as country_names
        where country_names.country_name = lower({{ name }})
    )
{%- endmacro %}

{# Values of EDI segments. Their dates have no signs between the digits, their numbers no signs between thousands. #}

{# CCYYMMDD, with or without a time behind it, or YYMMDD. #}
{% macro edi_date(value) -%}
    try_cast(
        case
            when length({{ value }}) >= 8
                then substr({{ value }}, 1, 4) || '-' || substr({{ value }}, 5, 2) || '-' || substr({{ value }}, 7, 2)
            when length({{ value }}) = 6
                then '20' || substr({{ value }}, 1, 2) || '-' || substr({{ value }}, 3, 2) || '-' || substr({{ value }}, 5, 2)
        end as date
    )
{%- endmacro %}

{# Senders use point and comma alike, whatever their UNA declares. #}
{% macro edi_decimal(value) -%}
    try_cast(replace({{ value }}, ',', '.') as decimal(18, 4))
{%- endmacro %}

{# The value of the one segment of this kind in a group of segments. #}
{% macro edi_first(condition, value) -%}
    min(case when {{ condition }} then {{ value }} end)
{%- endmacro %}

{# The day of the one DTM segment with one of these qualifiers, which the standards write in different places. #}
{% macro edi_day(standard, qualifiers, condition='true') -%}
    {%- set value = edi_text(2) if standard == 'X12' else edi_text(1, 1) -%}
    {{ edi_first(
        "tag = 'DTM' and standard = '" ~ standard ~ "' and " ~ condition ~ " and " ~ edi_text(1) ~ " " ~ qualifiers,
        edi_date(value)
    ) }}
{%- endmacro %}

{# Our own identifiers, from weft.toml. #}
{% macro edi_own_ids(system) -%}
    {%- set pack = var('weft_packs').get(system) -%}
    {%- set own = (pack or {}).get('options', {}).get('own_ids', '') -%}
    {%- if pack and not own -%}
        {{ exceptions.raise_compiler_error(
            "systems." ~ system ~ ".options.own_ids is not set in weft.toml: without the identifiers under which partners know this company, "
            ~ "nobody can say whether an order was sent or received"
        ) }}
    {%- endif -%}
    {%- for id in own.split(',') %}'{{ id.strip() | replace("'", "''") }}'{{ ', ' if not loop.last }}{% endfor -%}
{%- endmacro %}

{% macro edi_option(system, name, default='') -%}
    {{ var('weft_packs').get(system, {}).get('options', {}).get(name, default) }}
{%- endmacro %}

{# Values that stand inside a text, which every SQL dialect takes out in its own way. #}

{# The member of a JSON object, as text; NULL if there is none, or the text is not JSON. #}
{% macro json_member(value, name) -%}
    {{ adapter.dispatch('json_member')(value, name) }}
{%- endmacro %}

{% macro default__json_member(value, name) -%}
    case when json_valid({{ value }}) then json_extract_string({{ value }}, '$.{{ name }}') end
{%- endmacro %}

{% macro spark__json_member(value, name) -%}
    get_json_object({{ value }}, '$.{{ name }}')
{%- endmacro %}

{# The digits of a text, without anything between them. #}
{% macro digits_only(value) -%}
    {{ adapter.dispatch('digits_only')(value) }}
{%- endmacro %}

{% macro default__digits_only(value) -%}
    regexp_replace({{ value }}, '[^0-9]', '', 'g')
{%- endmacro %}

{% macro spark__digits_only(value) -%}
    regexp_replace({{ value }}, '[^0-9]', '')
{%- endmacro %}

{# Seconds of a duration that is written as a number of seconds or as an interval, such as `1 day 02:30:00`. #}
{% macro duration_seconds(value) -%}
    {{ adapter.dispatch('duration_seconds')(value) }}
{%- endmacro %}

{% macro default__duration_seconds(value) -%}
    coalesce(
        try_cast({{ value }} as decimal(18, 4)),
        cast(epoch(try_cast({{ value }} as interval)) as decimal(18, 4))
    )
{%- endmacro %}

{% macro spark__duration_seconds(value) -%}
    coalesce(
        try_cast({{ value }} as decimal(18, 4)),
        cast(
            coalesce(cast(regexp_extract({{ value }}, '(-?[0-9]+) day', 1) as int), 0) * 86400
            + unix_timestamp(regexp_extract({{ value }}, '[0-9]+:[0-9]+:[0-9]+', 0), 'HH:mm:ss') as decimal(18, 4)
        )
    )
{%- endmacro %}

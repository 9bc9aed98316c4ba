{# Values that stand inside a text, which every SQL dialect takes out in its own way. #}

{# The text at a path such as shop_money.amount; NULL where there is none, or where the text is no JSON. #}
{% macro json_text(column, path) -%}
    {{ adapter.dispatch('json_text')(column, path) }}
{%- endmacro %}

{% macro default__json_text(column, path) -%}
    json_extract_string(try_cast({{ to_text(column) }} as json), '$.{{ path }}')
{%- endmacro %}

{% macro spark__json_text(column, path) -%}
    get_json_object({{ to_text(column) }}, '$.{{ path }}')
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

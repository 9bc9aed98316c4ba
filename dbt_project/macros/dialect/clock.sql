{# Times within the day, which every SQL dialect spells differently. #}

{% macro plus_seconds(value, seconds) -%}
    {{ adapter.dispatch('plus_seconds')(value, seconds) }}
{%- endmacro %}

{% macro default__plus_seconds(value, seconds) -%}
    ({{ value }} + to_seconds(cast({{ seconds }} as bigint)))
{%- endmacro %}

{% macro spark__plus_seconds(value, seconds) -%}
    ({{ value }} + make_dt_interval(0, 0, 0, {{ seconds }}))
{%- endmacro %}

{# Whole seconds from the first time to the second. #}
{% macro elapsed_seconds(first, second) -%}
    {{ adapter.dispatch('elapsed_seconds')(first, second) }}
{%- endmacro %}

{% macro default__elapsed_seconds(first, second) -%}
    date_diff('second', {{ first }}, {{ second }})
{%- endmacro %}

{% macro spark__elapsed_seconds(first, second) -%}
    timestampdiff(second, {{ first }}, {{ second }})
{%- endmacro %}

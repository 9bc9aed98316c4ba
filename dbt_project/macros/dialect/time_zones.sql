{# Times that were written elsewhere than in UTC. A plain cast to timestamp ignores an offset instead of applying it. #}

{# The UTC time that a text such as 2026-09-01T10:00:00+04:00 names; one without an offset is UTC already. #}
{% macro utc_of_offset(text) -%}
    {{ adapter.dispatch('utc_of_offset')(text) }}
{%- endmacro %}

{# Signs are looked for instead of a pattern, and only in texts longer than a time without offset: every time that is landed comes by here. #}
{% macro default__utc_of_offset(text) -%}
    case
        when length({{ text }}) > 19 and (contains({{ text }}, '+') or contains(substr({{ text }}, 12), '-'))
            then timezone('UTC', try_cast({{ text }} as timestamptz))
        else try_cast({{ text }} as timestamp)
    end
{%- endmacro %}

{% macro spark__utc_of_offset(text) -%}
    try_cast({{ text }} as timestamp)
{%- endmacro %}

{# The UTC time of a clock on the wall in a time zone, given by its IANA name. #}
{% macro utc_of_local(local_time, time_zone) -%}
    {{ adapter.dispatch('utc_of_local')(local_time, time_zone) }}
{%- endmacro %}

{% macro default__utc_of_local(local_time, time_zone) -%}
    timezone('UTC', timezone({{ time_zone }}, {{ local_time }}))
{%- endmacro %}

{% macro spark__utc_of_local(local_time, time_zone) -%}
    to_utc_timestamp({{ local_time }}, {{ time_zone }})
{%- endmacro %}

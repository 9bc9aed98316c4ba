{# Date arithmetic, which every SQL dialect spells differently. #}

{% macro plus_days(value, days) -%}
    {{ adapter.dispatch('plus_days')(value, days) }}
{%- endmacro %}

{% macro default__plus_days(value, days) -%}
    {%- if days | string == '0' -%}
        {{ value }}
    {%- else -%}
        ({{ value }} + to_days(cast({{ days }} as integer)))
    {%- endif -%}
{%- endmacro %}

{% macro spark__plus_days(value, days) -%}
    ({{ value }} + make_dt_interval({{ days }}))
{%- endmacro %}

{# Whole days from the first date to the second. #}
{% macro days_between(first, second) -%}
    {{ adapter.dispatch('days_between')(first, second) }}
{%- endmacro %}

{% macro default__days_between(first, second) -%}
    cast(date_diff('day', {{ first }}, {{ second }}) as integer)
{%- endmacro %}

{% macro spark__days_between(first, second) -%}
    datediff({{ second }}, {{ first }})
{%- endmacro %}

{# Months from the month of the first date to that of the second. #}
{% macro months_between(first, second) -%}
    cast(
        12 * (extract(year from {{ second }}) - extract(year from {{ first }}))
        + extract(month from {{ second }}) - extract(month from {{ first }}) as integer
    )
{%- endmacro %}

{# Whole seconds from the first moment to the second. #}
{% macro seconds_between(first, second) -%}
    {{ adapter.dispatch('seconds_between')(first, second) }}
{%- endmacro %}

{% macro default__seconds_between(first, second) -%}
    date_diff('second', {{ first }}, {{ second }})
{%- endmacro %}

{% macro spark__seconds_between(first, second) -%}
    (unix_timestamp({{ second }}) - unix_timestamp({{ first }}))
{%- endmacro %}

{# The first day of a date's month. #}
{% macro month_start(value) -%}
    cast(date_trunc('month', {{ value }}) as date)
{%- endmacro %}

{# The Monday of a date's ISO week. #}
{% macro week_start(value) -%}
    cast(date_trunc('week', {{ value }}) as date)
{%- endmacro %}

{# ISO 8601 year and week. #}
{% macro iso_year(value) -%}
    {{ adapter.dispatch('iso_year')(value) }}
{%- endmacro %}

{% macro default__iso_year(value) -%}
    cast(isoyear({{ value }}) as integer)
{%- endmacro %}

{% macro spark__iso_year(value) -%}
    extract(yearofweek from {{ value }})
{%- endmacro %}

{% macro iso_week(value) -%}
    cast(extract(week from {{ value }}) as integer)
{%- endmacro %}

{# A date as the integer yyyymmdd, the key of dim_date. #}
{% macro date_key(value) -%}
    cast(extract(year from {{ value }}) * 10000 + extract(month from {{ value }}) * 100 + extract(day from {{ value }}) as integer)
{%- endmacro %}

{# One row per day from the first date to the last, both included, as column date_on. #}
{% macro each_day(first, last) -%}
    {{ adapter.dispatch('each_day')(first, last) }}
{%- endmacro %}

{% macro default__each_day(first, last) -%}
    select cast(unnest(generate_series({{ first }}, {{ last }}, interval 1 day)) as date) as date_on
{%- endmacro %}

{% macro spark__each_day(first, last) -%}
    select explode(sequence({{ first }}, {{ last }}, interval 1 day)) as date_on
{%- endmacro %}

{# One row per day from the first to the last, beside the other columns of a select. #}
{% macro days_of_span(first, last) -%}
    {{ adapter.dispatch('days_of_span')(first, last) }}
{%- endmacro %}

{% macro default__days_of_span(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }}, interval 1 day))
{%- endmacro %}

{% macro spark__days_of_span(first, last) -%}
    explode(sequence({{ first }}, {{ last }}, interval 1 day))
{%- endmacro %}

{# A text as a timestamp in UTC by the first of the formats (%Y, %m, %d, %b, %z …) that reads it; NULL if none does. #}
{% macro parsed_timestamp(value, formats) -%}
    {{ adapter.dispatch('parsed_timestamp')(value, formats) }}
{%- endmacro %}

{% macro default__parsed_timestamp(value, formats) -%}
    {%- set readings = [] -%}
    {#- Formats with and without an offset give different types, and one list of them would have that of the offset. -#}
    {%- for with_offset in (false, true) -%}
        {%- set listed = [] -%}
        {%- for format in formats if ('%z' in format) == with_offset %}{% do listed.append("'" ~ format ~ "'") %}{% endfor -%}
        {%- set reading = 'try_strptime(' ~ value ~ ', [' ~ listed | join(', ') ~ '])' -%}
        {%- if listed %}{% do readings.append("timezone('UTC', " ~ reading ~ ')' if with_offset else reading) %}{% endif -%}
    {%- endfor -%}
    {{ readings[0] if readings | length == 1 else 'coalesce(' ~ readings | join(', ') ~ ')' }}
{%- endmacro %}

{% macro spark__parsed_timestamp(value, formats) -%}
    {%- set letters = {
        '%Y': 'yyyy', '%y': 'yy', '%m': 'M', '%d': 'd', '%b': 'MMM', '%H': 'H', '%M': 'm', '%S': 's', '%z': 'XXX',
        'T': "'T'"
    } -%}
    coalesce(
        {%- for format in formats %}
        {%- set ns = namespace(pattern=format) -%}
        {%- for sign, letter in letters.items() %}{% set ns.pattern = ns.pattern | replace(sign, letter) %}{% endfor -%}
        try_to_timestamp({{ value }}, "{{ ns.pattern }}"){% if not loop.last %}, {% endif %}
        {%- endfor -%}
    )
{%- endmacro %}

{#
    The company's calendar. Fiscal weeks are ISO weeks: a week belongs to the fiscal year in which its Thursday lies, which is the
    fiscal year whose first day is nearest to the week's Monday. Quarters have 4 + 4 + 5 weeks; a 53rd week joins the last period.
#}

{# The key of a date in dim_date; the unknown day where there is no plausible date. #}
{% macro known_date_key(value) -%}
    case
        when {{ value }} between {{ earliest_date() }} and {{ latest_date() }} then {{ date_key(value) }}
        else {{ unknown_date_key() }}
    end
{%- endmacro %}

{% macro unknown_date_key() -%}
    0
{%- endmacro %}

{# Dates outside of these are slips of the pen; dim_date does not stretch to them. #}
{% macro earliest_date() -%}
    date '1970-01-01'
{%- endmacro %}

{% macro latest_date() -%}
    date '2099-12-31'
{%- endmacro %}

{# The name of the fiscal year that a date lies in by months: the calendar year in which it ends. #}
{% macro fiscal_year_of(value) -%}
    {%- set start_month = var('fiscal_year_start_month') | int -%}
    {%- if start_month == 1 -%}
    cast(extract(year from {{ value }}) as integer)
    {%- else -%}
    cast(extract(year from {{ value }}) + case when extract(month from {{ value }}) >= {{ start_month }} then 1 else 0 end as integer)
    {%- endif -%}
{%- endmacro %}

{# The first day, by months, of the fiscal year of that name. #}
{% macro fiscal_year_start(fiscal_year) -%}
    {%- set start_month = var('fiscal_year_start_month') | int -%}
    make_date({{ fiscal_year }}{{ ' - 1' if start_month > 1 }}, {{ start_month }}, 1)
{%- endmacro %}

{# The 4-4-5 period, 1 to 12, of a fiscal week. #}
{% macro fiscal_period_of(fiscal_week) -%}
    case
        when {{ fiscal_week }} >= 52 then 12
        else 3 * cast(floor(({{ fiscal_week }} - 1) / 13) as integer) + case
            when ({{ fiscal_week }} - 1) % 13 < 4 then 1
            when ({{ fiscal_week }} - 1) % 13 < 8 then 2
            else 3
        end
    end
{%- endmacro %}

{# The fourth Thursday of November, on which the shopping days after Thanksgiving are counted. #}
{% macro thanksgiving_of(year) -%}
    {%- set first = 'make_date(' ~ year ~ ', 11, 1)' -%}
    {%- set weekday = 'cast(' ~ days_between(week_start(first), first) ~ ' as integer)' -%}
    {{ plus_days(first, '21 + (10 - ' ~ weekday ~ ') % 7') }}
{%- endmacro %}

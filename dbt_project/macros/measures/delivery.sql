{#
    Measures of punctuality, defined here once for sales, shipments, purchasing and production. What is still open is judged
    against the last day that the data know, not against today, so that a figure only changes when data do.
#}

{# Days from the promised day to the real one; negative is early, NULL is not done or not promised. #}
{% macro days_after_promise(done_on, promised_on) -%}
    {{ days_between(promised_on, done_on) }}
{%- endmacro %}

{# Whether something is late: done after the promised day, or open although that day has passed. NULL: too early to say. #}
{% macro is_late(done_on, promised_on, known_until) -%}
    case
        when {{ promised_on }} is null then null
        when {{ done_on }} is not null then {{ done_on }} > {{ promised_on }}
        when {{ known_until }} > {{ promised_on }} then true
    end
{%- endmacro %}

{# The same from the other side. #}
{% macro is_on_time(done_on, promised_on, known_until) -%}
    not ({{ is_late(done_on, promised_on, known_until) }})
{%- endmacro %}

{# Whether all that was ordered came. NULL while the rest may still come in time. #}
{% macro is_in_full(received_quantity, ordered_quantity, is_settled, due_on, known_until) -%}
    case
        when {{ ordered_quantity }} is null then null
        when coalesce({{ received_quantity }}, 0) >= {{ ordered_quantity }} then true
        when {{ is_settled }} or {{ known_until }} > {{ due_on }} then false
    end
{%- endmacro %}

{# The share of rows for which a flag is true, among those for which it is known. #}
{% macro share_of(flag) -%}
    cast(avg(case when {{ flag }} then 1.0 when not ({{ flag }}) then 0.0 end) as decimal(18, 6))
{%- endmacro %}

{# A ratio that is NULL, not an error, where there is nothing to divide by. #}
{% macro ratio(numerator, denominator) -%}
    cast(({{ numerator }}) / nullif({{ denominator }}, 0) as decimal(18, 6))
{%- endmacro %}

{# Whether a parcel waits at customs: it was held, and nothing that only happens after clearance came since. #}
{% macro is_held_by_customs(last_held_at, last_moved_at) -%}
    coalesce({{ last_held_at }} is not null and ({{ last_moved_at }} is null or {{ last_held_at }} > {{ last_moved_at }}), false)
{%- endmacro %}

{# Whether all of it came, and in time. NULL while one of the two is open and the other not failed. #}
{% macro on_time_in_full(is_late, is_in_full) -%}
    (not ({{ is_late }}) and {{ is_in_full }})
{%- endmacro %}

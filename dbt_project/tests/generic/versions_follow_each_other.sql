{# The versions of a member neither overlap nor come twice, and exactly one of them is current: the last. #}
{% test versions_follow_each_other(model, key) %}

with versions as (

    select
        {{ key }},
        valid_from,
        valid_to,
        is_current,
        lead(valid_from) over (partition by {{ key }} order by valid_from) as next_valid_from
    from {{ model }}

)

select
    {{ key }},
    valid_from,
    valid_to,
    next_valid_from
from versions
where
    next_valid_from < coalesce(valid_to, {{ end_of_time() }})
    or next_valid_from = valid_from
    or is_current <> (next_valid_from is null)

{% endtest %}

{#
    Sums (and with '*' the number of rows) of the model equal those of another. `totals` maps an expression over this model to one
    over the other; `where` and `other_where` narrow the two sides.
#}
{% test totals_agree(model, other, totals, where_here='true', where_there='true') %}

with here as (

    select
        {%- for expression in totals %}
        coalesce({{ 'count(*)' if expression == '*' else 'sum(' ~ expression ~ ')' }}, 0) as total_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ model }}
    where {{ where_here }}

),

there as (

    select
        {%- for expression in totals.values() %}
        coalesce({{ 'count(*)' if expression == '*' else 'sum(' ~ expression ~ ')' }}, 0) as total_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ other }} as other_rows
    where {{ where_there }}

)

{% for expression in totals -%}
select
    '{{ expression | replace("'", "''") }}' as total,
    cast(here.total_{{ loop.index }} as varchar) as here,
    cast(there.total_{{ loop.index }} as varchar) as there
from here
cross join there
where here.total_{{ loop.index }} <> there.total_{{ loop.index }}
{% if not loop.last %}
union all
{% endif %}
{% endfor %}

{% endtest %}

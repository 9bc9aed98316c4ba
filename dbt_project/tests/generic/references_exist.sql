{#
    Every value of each named column is a row of its dimension, the unknown member included. A missing value counts as an orphan.
    `references` maps the column to the dimension, which calls its key the same.
#}
{% test references_exist(model, references) %}

{% for column, dimension in references.items() -%}
select
    '{{ column }}' as column_name,
    cast(facts.{{ column }} as varchar) as orphan
from {{ model }} as facts
left join (select distinct {{ column }} from {{ dimension }}) as members on facts.{{ column }} = members.{{ column }}
where members.{{ column }} is null
{% if not loop.last %}
union all
{% endif %}
{% endfor %}

{% endtest %}

{#
    Counts rows that point to the unknown member: the source named nothing, or something that no system knows. A warning, since the
    row itself is in the fact and its amounts count; the number of rows is the result.
#}
{% test references_known(model, columns) %}

{{ config(severity='warn', fail_calc='coalesce(sum(unknown_rows), 0)') }}

{% for column in columns -%}
select
    '{{ column }}' as column_name,
    count(*) as unknown_rows
from {{ model }}
where {{ column }} = {{ unknown_date_key() if column == 'date_key' else unknown_key() }}
having count(*) > 0
{% if not loop.last %}
union all
{% endif %}
{% endfor %}

{% endtest %}

{#
    All rows of a canonical entity: the union of what the systems in use offer, without those in quarantine. An entity that no
    system offers is an empty relation with the right columns, so that every mart can always be built.
#}
{% macro union_canonical(entity) -%}
{%- set columns = canonical_columns(entity) -%}
{%- set models = var('weft_canonical').get(entity, []) -%}
{%- if not models %}
select
    {%- for name, type in columns %}
    cast(null as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
where false
{%- else -%}
with quarantined as (

    select
        system as source_system,
        instance as source_instance,
        source_id,
        load_id,
        line
    from {{ source('ops', 'quarantine') }}
    where entity = '{{ entity }}'

)
{%- for model in models %}

select
    {%- for name, type in columns %}
    cast(offered.{{ name }} as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ ref(model) }} as offered
where
    not exists (
        select 1
        from quarantined
        where
            quarantined.source_system = offered.source_system
            and quarantined.source_instance = offered.source_instance
            and quarantined.source_id = coalesce(offered.source_id, '')
            and quarantined.load_id = offered.load_id
            and quarantined.line = offered.source_row
    )
{%- if not loop.last %}

union all
{%- endif %}
{%- endfor %}
{%- endif %}
{%- endmacro %}

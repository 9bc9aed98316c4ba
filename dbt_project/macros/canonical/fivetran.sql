{# Tables in the layout of Fivetran's connectors, and what they say of rows that their system deleted. #}

{# Whether the connector marked a row as deleted. `origin` is the relation's name in a select that has several. #}
{% macro fivetran_is_deleted(origin='') -%}
    coalesce({{ to_boolean((origin ~ '.' if origin else '') ~ 'fivetran_deleted') }}, false)
{%- endmacro %}

{#
    Whether a row is gone from its system: by the system's own flag where it has one, by the connector's mark, or, where it keeps
    history, because no version of the row is active.
#}
{% macro row_is_gone(flag='', origin='') -%}
    {%- set prefix = origin ~ '.' if origin else '' -%}
    {%- if flag %}coalesce({{ to_boolean(prefix ~ flag) }}, false) or {% endif -%}
    {{ fivetran_is_deleted(origin) }} or not coalesce({{ to_boolean(prefix ~ 'fivetran_active') }}, true)
{%- endmacro %}

{#
    The rows of a table in that layout, one per id, with `is_gone`: the source deleted it. Of several versions in one delivery the
    active one holds, then the one that was synchronised last.
#}
{% macro fivetran_rows(system, entity, id='id') -%}
    (
        select
            *,
            {{ row_is_gone() }} as is_gone
        from {{ raw_rows(system, entity) }}
        qualify row_number() over (
            partition by {{ id }}
            order by
                _load_id desc,
                case when coalesce({{ to_boolean('fivetran_active') }}, true) then 1 else 2 end,
                {{ to_timestamp('fivetran_synced') }} desc nulls last,
                _row desc
        ) = 1
    )
{%- endmacro %}

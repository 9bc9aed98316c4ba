{#
    The rows of a table in Fivetran's layout, one per id, with `is_gone`: the source deleted it. Fivetran says so by the flag
    _fivetran_deleted or, where it keeps history, by leaving no version active. Of several versions in one delivery the active one
    holds, then the one that was synchronised last.
#}
{% macro fivetran_rows(system, entity, id='id') -%}
    (
        select
            *,
            coalesce({{ to_boolean('fivetran_deleted') }}, false)
            or not coalesce({{ to_boolean('fivetran_active') }}, true) as is_gone
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

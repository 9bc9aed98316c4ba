{#
    One row per key of a canonical entity that several systems may offer: the row that is not deleted, and of those the one its
    source changed last. For dimensions only; facts must not hide a double row.
#}
{% macro newest_per_key(model, key) -%}
    (
        select *
        from {{ ref(model) }}
        where {{ key }} is not null
        qualify row_number() over (
            partition by {{ key }}
            order by coalesce(is_deleted, false), source_updated_at desc nulls last, source_system, source_instance, source_id
        ) = 1
    )
{%- endmacro %}

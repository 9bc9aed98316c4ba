{#
    The rows of a raw table, with the origin columns (_load_id, _file, _row, _extracted_at, _exported_on, _is_deleted).

    keep='current': what the newest delivery means under the pack's load mode (docs/decisions/0006). What the source deleted is among
    them, as it last was, with _is_deleted (docs/decisions/0008): a model that offers it says so with is_gone().
    keep='live': the current rows without those that the source deleted.
    keep='all': every delivery.
#}
{% macro raw_rows(system, entity, keep='current') -%}
    {%- set relation = source(system, entity) -%}
    {%- set described = var('weft_packs').get(system, {}).get('entities', {}).get(entity, {}) -%}
    {%- set key = described.get('key', []) | map('upper') | list -%}
    {%- if keep == 'all' -%}
        {{ relation }}
    {%- elif described.get('mode', 'snapshot') == 'snapshot' -%}
        (
            select *
            from {{ relation }}
            where _load_id = (select max(_load_id) from {{ relation }})
        )
    {%- elif described['mode'] == 'documents' -%}
        (
            select *
            from {{ relation }}
            qualify _load_id = max(_load_id) over (partition by {{ described['key'] | join(', ') }})
        )
    {%- else -%}
        (
            select *
            from {{ relation }}
            qualify row_number() over (
                partition by {{ described['key'] | join(', ') }}
                order by _load_id {{ 'desc' if described['mode'] == 'upsert' else 'asc' }}, _row desc
            ) = 1
            {%- if keep == 'live' %}
            and not coalesce(_is_deleted, false)
            {%- endif %}
        )
    {%- endif -%}
{%- endmacro %}

{# Whether the source deleted a row that raw_rows returned: for packs with `deletes: comparison`. #}
{% macro is_gone(relation='') -%}
    coalesce({{ relation ~ '.' if relation }}_is_deleted, false)
{%- endmacro %}

{# Days to add to the dates of an entity, as its pack declares. #}
{% macro date_shift(system, entity) -%}
    {{ var('weft_packs').get(system, {}).get('entities', {}).get(entity, {}).get('date_shift_days', 0) }}
{%- endmacro %}

{#
    The surrogate key of an entity: a hash of its id space and identifier. Systems whose packs name one id space for an
    entity agree on its keys (docs/decisions/0004). A missing identifier has a missing key.
#}
{% macro entity_key(entity, system, ids) -%}
    {%- set ids = [ids] if ids is string else ids -%}
    {%- set space = var('weft_packs').get(system, {}).get('id_spaces', {}).get(entity, system) -%}
    md5('{{ space }}|{{ entity }}|'
    {%- for id in ids %} || cast({{ id }} as varchar){% if not loop.last %} || '|'{% endif %}{% endfor -%})
{%- endmacro %}

{# The key of the member that stands for what is not known, in every dimension. #}
{% macro unknown_key() -%}
    '00000000000000000000000000000000'
{%- endmacro %}

{# A key that facts can carry: the unknown member where there is none. #}
{% macro known_key(key) -%}
    coalesce({{ key }}, {{ unknown_key() }})
{%- endmacro %}

{# The columns that say where a canonical row comes from. #}
{% macro origin_columns(system, source_id, updated_at='cast(null as timestamp)', is_deleted='false', origin='') -%}
    {%- set prefix = origin ~ '.' if origin else '' -%}
    '{{ system }}' as source_system,
    '{{ var('weft_packs').get(system, {}).get('instance', 'main') }}' as source_instance,
    cast({{ source_id }} as varchar) as source_id,
    '{{ var('company_id') }}' as company_id,
    {{ updated_at }} as source_updated_at,
    {{ is_deleted }} as is_deleted,
    {{ prefix }}_load_id as load_id,
    {{ prefix }}_file as source_file,
    {{ prefix }}_row as source_row
{%- endmacro %}

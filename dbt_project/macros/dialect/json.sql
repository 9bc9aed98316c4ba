{# Reading text that holds JSON, which every SQL dialect spells differently. #}

{# The text at a path such as shop_money.amount; NULL where there is none, or where the text is no JSON. #}
{% macro json_text(column, path) -%}
    {{ adapter.dispatch('json_text')(column, path) }}
{%- endmacro %}

{% macro default__json_text(column, path) -%}
    json_extract_string(try_cast({{ to_text(column) }} as json), '$.{{ path }}')
{%- endmacro %}

{% macro spark__json_text(column, path) -%}
    get_json_object({{ to_text(column) }}, '$.{{ path }}')
{%- endmacro %}

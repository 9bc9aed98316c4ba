{#
    Dimensions with history. A version holds from valid_from until the next version begins. The columns picked_from and picked_to
    stretch that for picking: the first version also serves every day before it, the last every day after.
#}

{# The first and the last day that picking can meet. #}
{% macro beginning_of_time() -%}
    date '0001-01-01'
{%- endmacro %}

{% macro end_of_time() -%}
    date '9999-12-31'
{%- endmacro %}

{# The key of a version. #}
{% macro version_key(entity_key, valid_from) -%}
    md5({{ entity_key }} || '|' || cast({{ valid_from }} as varchar))
{%- endmacro %}

{# The join condition that picks exactly one version for a business date; without a plausible date, the newest. #}
{% macro version_on(versions, key, entity_key, business_date) -%}
    {%- set picked_on = 'least(coalesce(' ~ business_date ~ ', ' ~ latest_date() ~ '), ' ~ latest_date() ~ ')' -%}
    {{ versions }}.{{ key }} = {{ entity_key }}
    and {{ versions }}.picked_from <= {{ picked_on }}
    and {{ versions }}.picked_to > {{ picked_on }}
{%- endmacro %}

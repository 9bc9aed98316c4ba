{#
    One component of one element of an EDI segment, as text; NULL if it is empty. Elements are counted from 1, as in the directories
    (BEG03 is element 3), components from 0; of an element that repeats, the first repetition counts.
#}
{% macro edi_text(element, component=0, elements='elements') -%}
    {{ adapter.dispatch('edi_text')(element, component, elements) }}
{%- endmacro %}

{% macro default__edi_text(element, component, elements) -%}
    nullif(trim(coalesce(
        json_extract_string({{ elements }}, '$[{{ element }}][0][{{ component }}]'),
        json_extract_string({{ elements }}, '$[{{ element }}][{{ component }}]')
    )), '')
{%- endmacro %}

{% macro spark__edi_text(element, component, elements) -%}
    nullif(trim(coalesce(
        get_json_object({{ elements }}, '$[{{ element }}][0][{{ component }}]'),
        get_json_object({{ elements }}, '$[{{ element }}][{{ component }}]')
    )), '')
{%- endmacro %}

{# Measures of production, defined here once for every mart. #}

{# The share of a work centre's hours that was worked. Above 1: more was booked than the centre offers. #}
{% macro utilisation_rate(actual_hours, available_hours) -%}
    {{ ratio(actual_hours, available_hours) }}
{%- endmacro %}

{# The share of what was ordered that was scrapped. #}
{% macro scrap_rate(scrapped_quantity, ordered_quantity) -%}
    {{ ratio(scrapped_quantity, ordered_quantity) }}
{%- endmacro %}

{# Measures of customer service, defined here once for every mart. #}

{# Minutes from the opening of a ticket to its first public answer; NULL while there is none. #}
{% macro first_response_minutes(opened_at, first_responded_at) -%}
    cast({{ seconds_between(opened_at, first_responded_at) }} / 60 as decimal(18, 2))
{%- endmacro %}

{# Hours from the opening of a ticket to its solution; NULL while it is not solved. #}
{% macro resolution_hours(opened_at, solved_at) -%}
    cast({{ seconds_between(opened_at, solved_at) }} / 3600 as decimal(18, 2))
{%- endmacro %}

{# Whether the customer was content; NULL where they said nothing. #}
{% macro is_satisfied(satisfaction) -%}
    case {{ satisfaction }} when 'good' then true when 'bad' then false end
{%- endmacro %}

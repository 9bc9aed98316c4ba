{# Measures of campaigns and of sales to come, defined here once for every mart. #}

{# What an opportunity is worth by its chance: all of it once it is won, nothing once it is lost. #}
{% macro weighted_amount(amount, probability_rate, status) -%}
    cast(
        case {{ status }}
            when 'won' then {{ amount }}
            when 'lost' then 0
            else {{ amount }} * {{ probability_rate }}
        end as decimal(24, 8)
    )
{%- endmacro %}

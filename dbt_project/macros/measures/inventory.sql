{# Measures of stock, defined here once for every mart. #}

{# Weeks over which average weekly sales are taken. #}
{% macro sales_window_weeks() -%}
    13
{%- endmacro %}

{# How many weeks the stock lasts at the average of recent sales; NULL for what is not sold. #}
{% macro weeks_of_cover(quantity_on_hand, average_weekly_quantity) -%}
    cast(case when {{ average_weekly_quantity }} > 0 then {{ quantity_on_hand }} / {{ average_weekly_quantity }} end as decimal(18, 4))
{%- endmacro %}

{# The share of what there was to sell that was sold: recent sales beside what is left. NULL where there was nothing to sell. #}
{% macro sell_through(sold_quantity, quantity_on_hand) -%}
    {{ ratio(sold_quantity, '(' ~ sold_quantity ~ ' + ' ~ quantity_on_hand ~ ')') }}
{%- endmacro %}

{# Whether the stock of a product, over all places, is under a threshold of it; false for products without one. #}
{% macro is_below(quantity_on_hand, threshold_quantity) -%}
    coalesce({{ quantity_on_hand }} < {{ threshold_quantity }}, false)
{%- endmacro %}

{#
    What a movement changes in the stock of its place. The kind of movement says the direction, whatever sign its system writes;
    only adjustments go both ways and carry their own.
#}
{% macro stock_change(movement_type, quantity) -%}
    cast(
        case
            when {{ movement_type }} in ('receipt', 'return', 'transfer_in', 'production_in') then abs({{ quantity }})
            when {{ movement_type }} in ('sale', 'transfer_out', 'production_out') then -abs({{ quantity }})
            else {{ quantity }}
        end as decimal(18, 4)
    )
{%- endmacro %}

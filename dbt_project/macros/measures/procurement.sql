{# Measures of purchasing, defined here once for every mart. #}

{# Whether nothing more is expected on a purchase order. #}
{% macro is_purchase_settled(status) -%}
    coalesce({{ status }}, 'unknown') in ('complete', 'rejected', 'cancelled')
{%- endmacro %}

{# Whether a purchase counts in a supplier's record: everything but what was cancelled. #}
{% macro counts_as_purchase(status) -%}
    coalesce({{ status }}, 'unknown') <> 'cancelled'
{%- endmacro %}

{# What is still to come. #}
{% macro open_quantity(ordered_quantity, received_quantity, status) -%}
    case
        when {{ is_purchase_settled(status) }} then cast(0 as decimal(18, 4))
        else cast(greatest({{ ordered_quantity }} - coalesce({{ received_quantity }}, 0), 0) as decimal(18, 4))
    end
{%- endmacro %}

{# What was paid above the supplier's usual price; negative is a saving. NULL without a usual price. #}
{% macro price_variance(unit_price, standard_price, quantity) -%}
    cast(({{ unit_price }} - {{ standard_price }}) * {{ quantity }} as decimal(24, 8))
{%- endmacro %}

{# The share of what was received that was rejected. #}
{% macro rejection_rate(rejected_quantity, received_quantity) -%}
    {{ ratio(rejected_quantity, received_quantity) }}
{%- endmacro %}

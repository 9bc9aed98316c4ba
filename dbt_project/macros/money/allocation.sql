{#
    Sharing an order's amount among its lines. Each line takes the share of its weight, rounded to eight decimals; the last line
    also takes what the rounding left, so that the shares add up to the order's amount exactly.
#}

{# What a line weighs: its net amount without sign, so that a returned line neither turns shares round nor blows them up. #}
{% macro allocation_weight(net_amount) -%}
    coalesce(abs({{ net_amount }}), 0)
{%- endmacro %}

{# A line's rounded share. Lines that all weigh nothing share equally. #}
{% macro allocation_share(amount, weight, total_weight, line_count) -%}
    cast(
        case
            when {{ total_weight }} > 0 then {{ amount }} * {{ weight }} / {{ total_weight }}
            else {{ amount }} / {{ line_count }}
        end as decimal(24, 8)
    )
{%- endmacro %}

{# A line's share, with the remainder on the last line. #}
{% macro allocated_amount(amount, weight, total_weight, line_count, is_last_line, remainder) -%}
    cast(
        {{ allocation_share(amount, weight, total_weight, line_count) }}
        + case when {{ is_last_line }} then {{ remainder }} else 0 end as decimal(24, 8)
    )
{%- endmacro %}

{# Measures of customers, defined here once for every mart. #}

{# What remains of net revenue after what was given back for goods; tax and freight are in neither. #}
{% macro net_after_refunds(net_amount, refunded_amount) -%}
    cast({{ net_amount }} - coalesce({{ refunded_amount }}, 0) as decimal(24, 8))
{%- endmacro %}

{# What a refund gave back for goods, and as a gesture: the part of it that net revenue contains. #}
{% macro refunded_goods(goods_amount='goods_amount_reporting', adjustment_amount='adjustment_amount_reporting') -%}
    cast(coalesce({{ goods_amount }}, 0) + coalesce({{ adjustment_amount }}, 0) as decimal(24, 8))
{%- endmacro %}

{#
    The quintile of a value, 5 the best: by the share of people who are worse. Equal values have equal scores, so that the
    lowest value of all scores 1 however many people share it.
#}
{% macro quintile_score(worst_first) -%}
    least(5, 1 + cast(floor(5 * percent_rank() over (order by {{ worst_first }})) as integer))
{%- endmacro %}

{# Whether someone is new: one order, and that in the last 90 days. #}
{% macro is_new_customer(order_count, days_since_first_order) -%}
    coalesce({{ order_count }} = 1 and {{ days_since_first_order }} <= 90, false)
{%- endmacro %}

{# Whether someone returns as a habit: three orders or more, things sent back from at least three, and at least 60 % of the units. #}
{% macro is_serial_returner(order_count, returned_order_count, returned_quantity, unit_count) -%}
    coalesce(
        {{ order_count }} >= 3 and {{ returned_order_count }} >= 3 and {{ returned_quantity }} >= 0.6 * {{ unit_count }},
        false
    )
{%- endmacro %}

{# How someone buys: by the share of her units that had a discount. #}
{% macro discount_affinity(discounted_unit_share) -%}
    case
        when {{ discounted_unit_share }} >= 0.8 then 'discount_only'
        when {{ discounted_unit_share }} >= 0.3 then 'mixed'
        when {{ discounted_unit_share }} > 0 then 'mostly_full_price'
        when {{ discounted_unit_share }} = 0 then 'full_price'
    end
{%- endmacro %}

{# The scale that a size belongs to: sizes of two scales cannot be compared. #}
{% macro size_scale(size) -%}
    case
        when upper({{ size }}) in ('OS', 'O/S', 'U', 'ONE SIZE', 'ONESIZE', 'UNI', 'UNIQUE') then 'one_size'
        when
            upper({{ size }}) in (
                'XXXS', '3XS', 'XXS', '2XS', 'XS', 'S', 'M', 'L', 'XL', 'XXL', '2XL', 'XXXL', '3XL', 'XXXXL', '4XL', '5XL'
            )
            then 'letter'
        when try_cast({{ size }} as decimal(9, 2)) is not null then 'number'
        else 'other'
    end
{%- endmacro %}

{# The channels over which a person can be contacted, and what must be known of her for it. #}
{% macro contact_channels() -%}
    {{ return({
        'email': 'has_email',
        'sms': 'has_phone',
        'phone': 'has_phone',
        'post': 'has_postal_address',
    }) }}
{%- endmacro %}

{# What the Shopify models share: both sides of money, the identity of a variant, and destinations. #}

{#
    An amount in the currency of the document, which is the customer's: the presentment side of a `_set` column. The plain
    column is shop money; it stands in where there is no `_set` and both currencies are one. `orders` has currency_code and
    shop_currency_code.
#}
{% macro shopify_document_money(set_column, plain_column, orders='orders') -%}
    coalesce(
        try_cast({{ json_text(set_column, 'presentment_money.amount') }} as decimal(24, 8)),
        case
            when {{ orders }}.currency_code = {{ orders }}.shop_currency_code then {{ to_decimal(plain_column, 8, 24) }}
        end
    )
{%- endmacro %}

{# The same amount in the currency of the shop. #}
{% macro shopify_shop_money(set_column, plain_column) -%}
    coalesce(
        try_cast({{ json_text(set_column, 'shop_money.amount') }} as decimal(24, 8)),
        {{ to_decimal(plain_column, 8, 24) }}
    )
{%- endmacro %}

{# The SKU text, under which the company's systems share a product; a variant without one goes by its number. #}
{% macro shopify_sku(sku, variant_id) -%}
    coalesce({{ to_text(sku) }}, 'shopify-variant-' || {{ to_text(variant_id) }})
{%- endmacro %}

{# A part of the address that an order goes to, or of the bill's where nothing is shipped. #}
{% macro shopify_destination(part, orders) -%}
    coalesce(
        {{ to_text(orders ~ '.shipping_address_' ~ part) }}, {{ to_text(orders ~ '.billing_address_' ~ part) }}
    )
{%- endmacro %}

{# The number of the order that a row names; of an order that was not delivered its identifier, so that the lack shows. #}
{% macro shopify_order_named(order_id, orders='orders') -%}
    coalesce({{ orders }}.order_number, 'shopify-order-' || {{ to_text(order_id) }})
{%- endmacro %}

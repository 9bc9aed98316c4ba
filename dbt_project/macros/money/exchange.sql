{#
    Conversion into the company's reporting currency. Facts join int_currency_rates__daily on the currency and the business date,
    and take the rate through these macros, so that equal currencies convert at exactly 1 without a published rate.
#}

{# The rate that a row converts at: exactly 1 within the reporting currency, NULL where no rate is known. #}
{% macro exchange_rate(currency_code, rate) -%}
    case
        when {{ currency_code }} = '{{ var("reporting_currency") }}' then cast(1 as decimal(24, 12))
        else {{ rate }}
    end
{%- endmacro %}

{# An amount in the reporting currency. #}
{% macro in_reporting_currency(amount, exchange_rate) -%}
    cast({{ amount }} * {{ exchange_rate }} as decimal(24, 8))
{%- endmacro %}

{# A price in the currency of a document, from a price list kept in another currency; both rates lead to the reporting currency. #}
{% macro in_document_currency(price, price_currency_code, price_rate, document_currency_code, document_rate) -%}
    case
        when {{ price_currency_code }} = {{ document_currency_code }} then {{ price }}
        else cast({{ price }} * {{ price_rate }} / nullif({{ document_rate }}, 0) as decimal(18, 4))
    end
{%- endmacro %}

{# The code that a fact carries where the source names no currency: ISO 4217 keeps it for that. #}
{% macro known_currency(currency_code) -%}
    coalesce({{ currency_code }}, 'XXX')
{%- endmacro %}

{# The reporting currency as a column. #}
{% macro reporting_currency_code() -%}
    '{{ var("reporting_currency") }}'
{%- endmacro %}

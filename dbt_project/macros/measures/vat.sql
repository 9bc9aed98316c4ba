{#
    How a sale is treated for VAT, by where it leaves from and goes to; defined here once for every mart. It names the scheme and changes
    no amount: what tax an order bears is what its system says.
#}

{# Member states of the European Union. #}
{% macro eu_country_codes() -%}
    (
        'AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU', 'IE', 'IT', 'LT', 'LU', 'LV', 'MT', 'NL',
        'PL', 'PT', 'RO', 'SE', 'SI', 'SK'
    )
{%- endmacro %}

{# Worth of the goods without tax up to which the seller accounts for VAT on imports: EUR 150 in the Union, GBP 135 in Great Britain. #}
{% macro import_scheme_limit(country) -%}
    {{ return({'EU': 150, 'GB': 135}[country]) }}
{%- endmacro %}

{#
    domestic: goods stay in the country. oss: from one member state to another, declared in the One-Stop Shop. ioss: from outside the
    Union, worth EUR 150 at most, declared in the Import One-Stop Shop. gb_low_value: from outside Great Britain, worth GBP 135 at most, VAT is
    due at the sale. export: anything else that goes abroad; no VAT of the seller's, the importer owes what the destination asks. The schemes
    began on 1 July 2021 and, in Great Britain, 1 January 2021; before, and where a place or the worth is not known, it is unknown.
    Sellers below the thresholds of distance sales, and Northern Ireland, are not told apart.
#}
{% macro vat_treatment(from_country, to_country, ordered_on, goods_amount_eur, goods_amount_gbp) -%}
    case
        when {{ from_country }} is null or {{ to_country }} is null then 'unknown'
        when {{ from_country }} = {{ to_country }} then 'domestic'
        when {{ to_country }} in {{ eu_country_codes() }} and {{ ordered_on }} < date '2021-07-01' then 'unknown'
        when {{ to_country }} in {{ eu_country_codes() }} and {{ from_country }} in {{ eu_country_codes() }} then 'oss'
        when {{ to_country }} in {{ eu_country_codes() }} and {{ goods_amount_eur }} is null then 'unknown'
        when {{ to_country }} in {{ eu_country_codes() }} and {{ goods_amount_eur }} <= {{ import_scheme_limit('EU') }} then 'ioss'
        when {{ to_country }} = 'GB' and ({{ goods_amount_gbp }} is null or {{ ordered_on }} < date '2021-01-01') then 'unknown'
        when {{ to_country }} = 'GB' and {{ goods_amount_gbp }} <= {{ import_scheme_limit('GB') }} then 'gb_low_value'
        else 'export'
    end
{%- endmacro %}

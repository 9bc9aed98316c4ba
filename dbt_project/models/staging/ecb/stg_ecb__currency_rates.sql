{%- set currencies = [
    'usd', 'jpy', 'bgn', 'cyp', 'czk', 'dkk', 'eek', 'gbp', 'huf', 'ltl', 'lvl', 'mtl', 'pln', 'rol', 'ron', 'sek', 'sit', 'skk', 'chf',
    'isk', 'nok', 'hrk', 'rub', 'trl', 'try', 'aud', 'brl', 'cad', 'cny', 'hkd', 'idr', 'ils', 'inr', 'krw', 'mxn', 'myr', 'nzd', 'php',
    'sgd', 'thb', 'zar'
] -%}
-- The Gulf currencies are not among the bank's; their central banks hold them at these rates to the US dollar.
{%- set pegs = {'AED': '3.6725', 'SAR': '3.75'} %}

with days as (

    select * from {{ raw_rows('ecb', 'exchange_rate') }}

),

published as (

    {{ unpivot_columns('days', ['date', '_load_id', '_file', '_row'], currencies, 'currency', 'rate_text') }}

),

rates as (

    select
        upper(currency) as to_currency_code,
        {{ to_date('date') }} as rate_on,
        {{ to_decimal('rate_text', 8) }} as rate,
        'ecb' as rate_source,
        _load_id,
        _file,
        _row
    from published
    where rate_text <> 'N/A'

),

with_pegs as (

    select
        to_currency_code,
        rate_on,
        rate,
        rate_source,
        _load_id,
        _file,
        _row
    from rates
    {% for currency, units in pegs.items() %}
    union all

    select
        '{{ currency }}' as to_currency_code,
        rate_on,
        cast(rate * {{ units }} as decimal(18, 8)) as rate,
        'peg to USD' as rate_source,
        _load_id,
        _file,
        _row
    from rates
    where to_currency_code = 'USD'
    {% endfor %}
)

select
    'EUR' as from_currency_code,
    to_currency_code,
    rate_on,
    rate,
    'end_of_day' as rate_type,
    rate_source,
    {{ origin_columns('ecb', "to_currency_code || '-' || rate_on") }}
from with_pegs

with currencies as (

    select * from {{ ref('currencies') }}

),

rates as (

    select * from {{ ref('int_currency_rates__daily') }}

),

-- Currencies that a rate history knows and ISO 4217 does not name any more.
other_currencies as (

    select distinct
        rates.from_currency_code as currency_code
    from rates
    left join currencies on rates.from_currency_code = currencies.currency_code
    where currencies.currency_code is null

)

select
    currency_code,
    currency_name,
    minor_units
from currencies

union all

select
    currency_code,
    currency_code as currency_name,
    2 as minor_units
from other_currencies

union all

select
    {{ known_currency('null') }} as currency_code,
    'unknown' as currency_name,
    2 as minor_units

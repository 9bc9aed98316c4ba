-- Tryton notes how much of a currency one unit of a base buys that it does not name. Against the currency of the company, whose own
-- rate is crossed out, the base does not matter. The year 1 stands for “always” and is no day on which a rate was quoted.
with rates as (

    select * from {{ raw_rows('tryton', 'currency_currency_rate') }}

),

currencies as (

    select * from {{ raw_rows('tryton', 'currency_currency') }}

),

companies as (

    select * from {{ raw_rows('tryton', 'company_company', 'live') }}

),

typed as (

    select
        *,
        {{ to_date('date') }} as rate_on,
        {{ to_decimal('rate', 12, 30) }} as units
    from rates

),

book_currencies as (

    select distinct currency as currency_id
    from companies

),

crossed as (

    select
        typed.*,
        book_currencies.currency_id as from_currency_id,
        book_rates.units as from_units,
        row_number() over (
            partition by typed.id, book_currencies.currency_id
            order by {{ is_gone('book_rates') }}, book_rates.rate_on desc
        ) as preference
    from typed
    cross join book_currencies
    inner join typed as book_rates
        on book_currencies.currency_id = book_rates.currency and typed.rate_on >= book_rates.rate_on
    where typed.currency <> book_currencies.currency_id

)

select
    {{ to_text('from_currencies.code') }} as from_currency_code,
    {{ to_text('to_currencies.code') }} as to_currency_code,
    crossed.rate_on,
    cast(crossed.units / nullif(crossed.from_units, 0) as decimal(18, 8)) as rate,
    'end_of_day' as rate_type,
    'tryton' as rate_source,
    {{ origin_columns(
        'tryton', "crossed.id || '-' || crossed.from_currency_id", tryton_updated_at('crossed'), is_gone('crossed'), 'crossed'
    ) }}
from crossed
left join currencies as from_currencies on crossed.from_currency_id = from_currencies.id
left join currencies as to_currencies on crossed.currency = to_currencies.id
where crossed.preference = 1 and crossed.rate_on >= date '1900-01-01'

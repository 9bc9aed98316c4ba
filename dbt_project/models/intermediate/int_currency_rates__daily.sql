{#-
    A rate holds until its source publishes the next. A source that skips a currency for longer than this has stopped quoting it,
    unless it has stopped publishing altogether: then its newest rates hold to the end.
-#}
{%- set longest_gap_days = 35 -%}

with published as (

    select * from {{ ref('int_currency_rates__unioned') }}

),

business_dates as (

    select * from {{ ref('int_business_dates__spanned') }}

),

quotes as (

    select
        from_currency_code,
        to_currency_code,
        rate_on,
        rate,
        case when rate_source = 'ecb' then 1 when rate_source like 'peg %' then 2 else 3 end as source_rank,
        rate_source,
        row_number() over (
            partition by from_currency_code, to_currency_code, rate_on, rate_source
            order by
                case when rate_type = 'end_of_day' then 1 else 2 end,
                source_updated_at desc nulls last,
                source_id
        ) as preference
    from published
    where rate > 0 and {{ is_live() }}

),

chosen_quotes as (

    select
        from_currency_code,
        to_currency_code,
        rate_on,
        rate,
        source_rank,
        rate_source
    from quotes
    where preference = 1

),

-- Everything is brought to one pivot: how many units of a currency one euro buys.
euro_quotes as (

    select
        to_currency_code as currency_code,
        rate_on,
        cast(rate as double) as units_per_euro,
        source_rank,
        rate_source
    from chosen_quotes
    where from_currency_code = 'EUR' and to_currency_code <> 'EUR'

    union all

    select
        from_currency_code as currency_code,
        rate_on,
        1 / cast(rate as double) as units_per_euro,
        source_rank,
        rate_source
    from chosen_quotes
    where to_currency_code = 'EUR' and from_currency_code <> 'EUR'

),

-- Sources that quote against another currency than the euro are crossed through their own rate of that currency on that day.
crossed_quotes as (

    select
        quoted.to_currency_code as currency_code,
        quoted.rate_on,
        cast(quoted.rate as double) * base.units_per_euro as units_per_euro,
        quoted.source_rank,
        quoted.rate_source
    from chosen_quotes as quoted
    inner join euro_quotes as base
        on
            quoted.from_currency_code = base.currency_code
            and quoted.rate_on = base.rate_on
            and quoted.rate_source = base.rate_source
    where quoted.to_currency_code <> 'EUR'

),

all_quotes as (

    select
        currency_code,
        rate_on,
        units_per_euro,
        source_rank,
        rate_source
    from euro_quotes

    union all

    select
        currency_code,
        rate_on,
        units_per_euro,
        source_rank + 10 as source_rank,
        rate_source
    from crossed_quotes

),

-- A currency takes all of its rates from its best source, so that it does not hop between two on weekends.
best_sources as (

    select
        currency_code,
        min(source_rank) as source_rank
    from all_quotes
    group by currency_code

),

source_ends as (

    select
        rate_source,
        max(rate_on) as last_rate_on
    from all_quotes
    group by rate_source

),

best_quotes as (

    select
        all_quotes.currency_code,
        all_quotes.rate_on,
        max(all_quotes.units_per_euro) as units_per_euro,
        max(all_quotes.rate_source) as rate_source
    from all_quotes
    inner join best_sources
        on
            all_quotes.currency_code = best_sources.currency_code
            and all_quotes.source_rank = best_sources.source_rank
    group by all_quotes.currency_code, all_quotes.rate_on

),

rate_intervals as (

    select
        best_quotes.currency_code,
        best_quotes.units_per_euro,
        best_quotes.rate_source,
        best_quotes.rate_on,
        case
            when best_quotes.rate_on = source_ends.last_rate_on then {{ end_of_time() }}
            else least(
                coalesce(
                    lead(best_quotes.rate_on) over (partition by best_quotes.currency_code order by best_quotes.rate_on),
                    {{ end_of_time() }}
                ),
                cast({{ plus_days('best_quotes.rate_on', longest_gap_days) }} as date)
            )
        end as next_rate_on
    from best_quotes
    inner join source_ends on best_quotes.rate_source = source_ends.rate_source

),

days as (

    {{ each_day('first_on', 'last_on') }}
    from business_dates

),

daily_rates as (

    select
        rate_intervals.currency_code,
        days.date_on,
        rate_intervals.units_per_euro,
        rate_intervals.rate_on,
        rate_intervals.rate_source
    from days
    inner join rate_intervals
        on days.date_on >= rate_intervals.rate_on and days.date_on < rate_intervals.next_rate_on

    union all

    select
        'EUR' as currency_code,
        date_on,
        cast(1 as double) as units_per_euro,
        date_on as rate_on,
        'euro' as rate_source
    from days

)

select
    source_side.currency_code as from_currency_code,
    {{ reporting_currency_code() }} as to_currency_code,
    source_side.date_on,
    case
        when source_side.currency_code = target_side.currency_code then cast(1 as decimal(24, 12))
        else cast(target_side.units_per_euro / source_side.units_per_euro as decimal(24, 12))
    end as rate,
    least(source_side.rate_on, target_side.rate_on) as published_on,
    source_side.rate_source
from daily_rates as source_side
inner join daily_rates as target_side
    on
        source_side.date_on = target_side.date_on
        and target_side.currency_code = {{ reporting_currency_code() }}

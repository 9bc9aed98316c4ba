with levels as (

    select * from {{ ref('int_stock_levels__carried_forward') }}

),

known_spans as (

    select
        product_key,
        {{ week_start('min(holds_from)') }} as first_week_on,
        min(holds_from) as known_from,
        max(holds_to) as known_to
    from levels
    where product_key is not null
    group by product_key

),

stocked_levels as (

    select
        product_key,
        warehouse_key,
        holds_from,
        holds_to,
        max(holds_to) over (
            partition by product_key order by holds_from, holds_to, warehouse_key rows between unbounded preceding and 1 preceding
        ) as held_until
    from levels
    where product_key is not null and quantity_on_hand > 0 and holds_to > holds_from

),

-- A product is there while any place has some of it: spans of several places that touch become one, so that no day counts twice.
numbered_levels as (

    select
        *,
        sum(case when held_until >= holds_from then 0 else 1 end) over (
            partition by product_key order by holds_from, holds_to, warehouse_key rows between unbounded preceding and current row
        ) as span_number
    from stocked_levels

),

stocked_spans as (

    select
        product_key,
        min(holds_from) as stocked_from,
        max(holds_to) as stocked_to
    from numbered_levels
    group by product_key, span_number

),

calendar_weeks as (

    select distinct {{ week_start('date_on') }} as week_start_on
    from {{ ref('int_calendar_days__spanned') }}

),

weeks as (

    select
        known_spans.product_key,
        calendar_weeks.week_start_on,
        greatest(known_spans.known_from, calendar_weeks.week_start_on) as known_from,
        least(known_spans.known_to, cast({{ plus_days('calendar_weeks.week_start_on', 7) }} as date)) as known_to
    from known_spans
    inner join calendar_weeks
        on
            known_spans.first_week_on <= calendar_weeks.week_start_on
            and known_spans.known_to > calendar_weeks.week_start_on

),

stocked_days as (

    select
        weeks.product_key,
        weeks.week_start_on,
        sum({{ days_between('greatest(spans.stocked_from, weeks.known_from)', 'least(spans.stocked_to, weeks.known_to)') }}) as stocked_days
    from weeks
    inner join stocked_spans as spans
        on
            weeks.product_key = spans.product_key
            and weeks.known_from < spans.stocked_to
            and weeks.known_to > spans.stocked_from
    group by weeks.product_key, weeks.week_start_on

)

select
    weeks.product_key,
    weeks.week_start_on,
    cast({{ days_between('weeks.known_from', 'weeks.known_to') }} as integer) as known_days,
    cast(coalesce(stocked_days.stocked_days, 0) as integer) as stocked_days,
    cast(
        coalesce(stocked_days.stocked_days, 0) / {{ days_between('weeks.known_from', 'weeks.known_to') }} as decimal(9, 6)
    ) as stocked_share
from weeks
left join stocked_days on weeks.product_key = stocked_days.product_key and weeks.week_start_on = stocked_days.week_start_on

with days as (

    select * from {{ ref('int_calendar_days__spanned') }}

),

calendar_events as (

    select * from {{ ref('calendar_events') }}

),

weeks as (

    select
        date_on,
        {{ week_start('date_on') }} as iso_week_start_on,
        cast({{ plus_days(week_start('date_on'), 3) }} as date) as thursday_on
    from days

),

fiscal_years as (

    select
        date_on,
        iso_week_start_on,
        thursday_on,
        {{ fiscal_year_of('thursday_on') }} as fiscal_year
    from weeks

),

fiscal_weeks as (

    select
        date_on,
        iso_week_start_on,
        fiscal_year,
        cast(floor({{ days_between(fiscal_year_start('fiscal_year'), 'thursday_on') }} / 7) as integer) + 1 as fiscal_week
    from fiscal_years

),

fiscal_periods as (

    select
        date_on,
        iso_week_start_on,
        fiscal_year,
        fiscal_week,
        {{ fiscal_period_of('fiscal_week') }} as fiscal_period,
        cast(extract(year from date_on) as integer) as year,
        cast(extract(month from date_on) as integer) as month,
        cast(extract(day from date_on) as integer) as day_of_month,
        {{ days_between('iso_week_start_on', 'date_on') }} + 1 as day_of_week
    from fiscal_weeks

),

day_events as (

    select
        days.date_on,
        max(case when calendar_events.event_type = 'ramadan' then 1 else 0 end) = 1 as is_ramadan,
        max(case when calendar_events.event_type = 'eid' then 1 else 0 end) = 1 as is_eid,
        max(case when calendar_events.event_type <> 'ramadan' then calendar_events.event_name end) as short_event_name
    from days
    inner join calendar_events on days.date_on between calendar_events.first_on and calendar_events.last_on
    group by days.date_on

),

shopping_days as (

    select
        date_on,
        date_on = cast({{ plus_days(thanksgiving_of('year'), 1) }} as date) as is_black_friday,
        date_on = cast({{ plus_days(thanksgiving_of('year'), 4) }} as date) as is_cyber_monday,
        month = 11 and day_of_month = 11 as is_singles_day
    from fiscal_periods

)

select
    {{ date_key('fiscal_periods.date_on') }} as date_key,
    fiscal_periods.date_on,
    fiscal_periods.year,
    cast(floor((fiscal_periods.month + 2) / 3) as integer) as quarter,
    fiscal_periods.month,
    case fiscal_periods.month
        when 1 then 'January' when 2 then 'February' when 3 then 'March' when 4 then 'April' when 5 then 'May' when 6 then 'June'
        when 7 then 'July' when 8 then 'August' when 9 then 'September' when 10 then 'October' when 11 then 'November' else 'December'
    end as month_name,
    fiscal_periods.day_of_month,
    fiscal_periods.day_of_week,
    case fiscal_periods.day_of_week
        when 1 then 'Monday' when 2 then 'Tuesday' when 3 then 'Wednesday' when 4 then 'Thursday' when 5 then 'Friday'
        when 6 then 'Saturday' else 'Sunday'
    end as day_name,
    fiscal_periods.day_of_week >= 6 as is_weekend,
    {{ iso_year('fiscal_periods.date_on') }} as iso_year,
    {{ iso_week('fiscal_periods.date_on') }} as iso_week,
    fiscal_periods.iso_week_start_on,
    fiscal_periods.fiscal_year,
    cast(floor((fiscal_periods.fiscal_period + 2) / 3) as integer) as fiscal_quarter,
    fiscal_periods.fiscal_period,
    fiscal_periods.fiscal_week,
    coalesce(day_events.is_ramadan, false) as is_ramadan,
    coalesce(day_events.is_eid, false) as is_eid,
    shopping_days.is_black_friday,
    shopping_days.is_cyber_monday,
    shopping_days.is_singles_day,
    case
        when day_events.short_event_name is not null then day_events.short_event_name
        when shopping_days.is_black_friday then 'Black Friday'
        when shopping_days.is_cyber_monday then 'Cyber Monday'
        when shopping_days.is_singles_day then 'Singles'' Day'
        when day_events.is_ramadan then 'Ramadan'
    end as event_name
from fiscal_periods
inner join shopping_days on fiscal_periods.date_on = shopping_days.date_on
left join day_events on fiscal_periods.date_on = day_events.date_on

union all

select
    {{ unknown_date_key() }} as date_key,
    null as date_on,
    null as year,
    null as quarter,
    null as month,
    'unknown' as month_name,
    null as day_of_month,
    null as day_of_week,
    'unknown' as day_name,
    false as is_weekend,
    null as iso_year,
    null as iso_week,
    null as iso_week_start_on,
    null as fiscal_year,
    null as fiscal_quarter,
    null as fiscal_period,
    null as fiscal_week,
    false as is_ramadan,
    false as is_eid,
    false as is_black_friday,
    false as is_cyber_monday,
    false as is_singles_day,
    null as event_name

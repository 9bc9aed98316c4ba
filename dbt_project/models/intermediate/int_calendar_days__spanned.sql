with business_dates as (

    select * from {{ ref('int_business_dates__spanned') }}

),

-- Whole years, from 2020 or the first business date to 2030 or two years after the last: room for every forecast.
bounds as (

    select
        make_date(least(2020, coalesce(cast(extract(year from first_on) as integer), 2020)), 1, 1) as first_on,
        make_date(greatest(2030, coalesce(cast(extract(year from last_on) as integer) + 2, 2030)), 12, 31) as last_on
    from business_dates

)

{{ each_day('first_on', 'last_on') }}
from bounds

with holidays as (

    select * from {{ newest_per_key('int_holidays__unioned', 'holiday_key') }}

)

select
    holiday_key,
    country_code,
    holiday_on,
    holiday_name,
    company_id,
    source_system
from holidays
where {{ is_live() }} and country_code is not null and holiday_on is not null

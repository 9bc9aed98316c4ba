with exceptions as (

    select * from {{ ref('int_calendar_exceptions__unioned') }}

)

select
    calendar_exception_key,
    work_centre_key,
    exception_on,
    available_hours,
    reason,
    company_id,
    source_system
from exceptions
where {{ is_live() }} and exception_on is not null and available_hours is not null

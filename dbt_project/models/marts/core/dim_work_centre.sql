with work_centres as (

    select * from {{ newest_per_key('int_work_centres__unioned', 'work_centre_key') }}

)

select
    work_centre_key,
    work_centre_id,
    work_centre_name,
    cost_rate_per_hour,
    available_hours_per_week,
    currency_code,
    is_deleted,
    source_system,
    company_id
from work_centres

union all

select
    {{ unknown_key() }} as work_centre_key,
    'unknown' as work_centre_id,
    'unknown' as work_centre_name,
    null as cost_rate_per_hour,
    null as available_hours_per_week,
    null as currency_code,
    false as is_deleted,
    'unknown' as source_system,
    '{{ var("company_id") }}' as company_id

with shifts as (

    select * from {{ ref('int_work_centre_shifts__unioned') }}

),

work_centres as (

    select * from {{ ref('dim_work_centre') }}

)

select
    shifts.work_centre_shift_key,
    {{ known_key('work_centres.work_centre_key') }} as work_centre_key,
    shifts.day_of_week,
    shifts.shift_name,
    shifts.shift_hours,
    shifts.worker_count,
    shifts.valid_from,
    shifts.valid_to,
    shifts.company_id,
    shifts.source_system
from shifts
left join work_centres on shifts.work_centre_key = work_centres.work_centre_key
where {{ is_live('shifts') }} and shifts.shift_hours is not null and shifts.worker_count is not null

with operations as (

    select * from {{ ref('fct_production_operation') }}

),

work_centres as (

    select * from {{ ref('dim_work_centre') }}

),

dates as (

    select * from {{ ref('dim_date') }}

),

-- Hours count in the week in which an operation began.
weekly as (

    select
        operations.work_centre_key,
        dates.iso_week_start_on,
        dates.iso_year,
        dates.iso_week,
        count(*) as operation_count,
        cast(coalesce(sum(operations.actual_hours), 0) as decimal(18, 4)) as actual_hours,
        cast(coalesce(sum(operations.actual_cost_amount_reporting), 0) as decimal(24, 8)) as actual_cost_amount_reporting,
        count(case when operations.is_late then 1 end) as late_operation_count,
        {{ share_of('operations.is_late') }} as late_rate
    from operations
    inner join dates on operations.date_key = dates.date_key
    where dates.date_on is not null
    group by operations.work_centre_key, dates.iso_week_start_on, dates.iso_year, dates.iso_week

)

select
    weekly.work_centre_key,
    work_centres.work_centre_name,
    weekly.iso_week_start_on as week_start_on,
    weekly.iso_year,
    weekly.iso_week,
    weekly.operation_count,
    weekly.actual_hours,
    work_centres.available_hours_per_week as available_hours,
    {{ utilisation_rate('weekly.actual_hours', 'work_centres.available_hours_per_week') }} as utilisation_rate,
    weekly.actual_cost_amount_reporting,
    weekly.late_operation_count,
    weekly.late_rate,
    {{ reporting_currency_code() }} as reporting_currency_code
from weekly
inner join work_centres on weekly.work_centre_key = work_centres.work_centre_key

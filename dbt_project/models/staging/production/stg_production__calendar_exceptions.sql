-- An exception without a work centre holds for the whole factory, unless a work centre has one of its own on that day.
with exceptions as (

    select * from {{ raw_rows('production', 'calendar_exception') }}

),

centres as (

    select * from {{ raw_rows('production', 'work_centre') }}

),

per_centre as (

    select
        {{ to_text('centres.work_centre_code') }} as work_centre_id,
        {{ to_date('exceptions.exception_on') }} as exception_on,
        {{ to_decimal('exceptions.available_hours', decimal_mark=',') }} as available_hours,
        {{ to_text('exceptions.reason') }} as reason,
        {{ to_text('exceptions.work_centre_code') }} is not null as is_own,
        exceptions._load_id,
        exceptions._file,
        exceptions._row
    from exceptions
    inner join centres
        on
            {{ to_text('exceptions.work_centre_code') }} is null
            or {{ to_text('exceptions.work_centre_code') }} = {{ to_text('centres.work_centre_code') }}

),

chosen as (

    select *
    from per_centre
    qualify row_number() over (partition by work_centre_id, exception_on order by is_own desc, _row asc) = 1

)

select
    {{ entity_key('calendar_exception', 'production', ['work_centre_id', 'exception_on']) }} as calendar_exception_key,
    {{ entity_key('work_centre', 'production', 'work_centre_id') }} as work_centre_key,
    exception_on,
    available_hours,
    reason,
    {{ origin_columns('production', "work_centre_id || '@' || exception_on") }}
from chosen

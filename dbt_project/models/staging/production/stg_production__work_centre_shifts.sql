-- The export gives the last day on which a shift is worked.
with shifts as (

    select * from {{ raw_rows('production', 'shift') }}

)

select
    {{ entity_key(
        'work_centre_shift', 'production',
        [to_text('work_centre_code'), to_integer('day_of_week'), to_text('shift_name'), to_date('valid_from')]
    ) }} as work_centre_shift_key,
    {{ entity_key('work_centre', 'production', to_text('work_centre_code')) }} as work_centre_key,
    {{ to_integer('day_of_week') }} as day_of_week,
    {{ to_text('shift_name') }} as shift_name,
    {{ to_decimal('shift_hours', decimal_mark=',') }} as shift_hours,
    {{ to_integer('worker_count') }} as worker_count,
    {{ to_date('valid_from') }} as valid_from,
    {{ to_date('valid_to', 1) }} as valid_to,
    {{ origin_columns(
        'production',
        to_text('work_centre_code') ~ " || '-' || " ~ to_integer('day_of_week') ~ " || '-' || " ~ to_text('shift_name')
        ~ " || '@' || " ~ to_date('valid_from')
    ) }}
from shifts

with centres as (

    select * from {{ raw_rows('production', 'work_centre') }}

)

select
    {{ entity_key('work_centre', 'production', to_text('work_centre_code')) }} as work_centre_key,
    {{ to_text('work_centre_code') }} as work_centre_id,
    {{ to_text('name') }} as work_centre_name,
    {{ to_decimal('cost_rate_per_hour', decimal_mark=',') }} as cost_rate_per_hour,
    {{ to_decimal('available_hours_per_week', decimal_mark=',') }} as available_hours_per_week,
    upper({{ to_text('currency_code') }}) as currency_code,
    {{ origin_columns('production', to_text('work_centre_code')) }}
from centres

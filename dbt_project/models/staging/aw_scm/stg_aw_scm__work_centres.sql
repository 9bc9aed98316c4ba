with locations as (

    select * from {{ raw_rows('aw_scm', 'location') }}

)

select
    {{ entity_key('work_centre', 'aw_scm', 'location_id') }} as work_centre_key,
    location_id as work_centre_id,
    {{ to_text('name') }} as work_centre_name,
    {{ to_decimal('cost_rate') }} as cost_rate_per_hour,
    {{ to_decimal('availability') }} as available_hours_per_week,
    'USD' as currency_code,
    {{ origin_columns('aw_scm', 'location_id', to_timestamp('modified_date')) }}
from locations
where {{ to_decimal('availability') }} > 0

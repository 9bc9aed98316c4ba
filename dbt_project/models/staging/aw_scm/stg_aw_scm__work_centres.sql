-- The export gives hours of capacity and not of what. Taken per week, every centre would have worked at several times its
-- capacity for years; per working day the busiest come to 80-95 %, so five days make the week.
with locations as (

    select * from {{ raw_rows('aw_scm', 'location') }}

)

select
    {{ entity_key('work_centre', 'aw_scm', 'location_id') }} as work_centre_key,
    location_id as work_centre_id,
    {{ to_text('name') }} as work_centre_name,
    {{ to_decimal('cost_rate') }} as cost_rate_per_hour,
    cast({{ to_decimal('availability') }} * 5 as decimal(18, 4)) as available_hours_per_week,
    'USD' as currency_code,
    {{ origin_columns('aw_scm', 'location_id', to_timestamp('modified_date')) }}
from locations
where {{ to_decimal('availability') }} > 0

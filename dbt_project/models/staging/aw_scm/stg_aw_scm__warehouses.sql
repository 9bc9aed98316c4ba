-- Stock lies in store rooms and at work centres; both are places of stock.
with locations as (

    select * from {{ raw_rows('aw_scm', 'location') }}

)

select
    {{ entity_key('warehouse', 'aw_scm', 'location_id') }} as warehouse_key,
    location_id as warehouse_id,
    {{ to_text('name') }} as warehouse_name,
    case when {{ to_decimal('availability') }} > 0 then 'work centre' else 'store room' end as warehouse_type,
    cast(null as varchar) as country_code,
    {{ origin_columns('aw_scm', 'location_id', to_timestamp('modified_date')) }}
from locations

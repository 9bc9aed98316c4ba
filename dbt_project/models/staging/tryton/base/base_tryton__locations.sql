-- Each place with the warehouse it lies in, found by going up from place to place.
with recursive locations as (

    select * from {{ raw_rows('tryton', 'stock_location') }}

),

climbed as (

    select
        id as location_id,
        id as ancestor_id,
        0 as steps
    from locations

    union all

    select
        climbed.location_id,
        {{ to_text('locations.parent') }} as ancestor_id,
        climbed.steps + 1 as steps
    from climbed
    inner join locations on climbed.ancestor_id = locations.id
    where {{ to_text('locations.parent') }} is not null and climbed.steps < 50

),

warehouses as (

    select
        climbed.location_id,
        locations.id as warehouse_id,
        {{ tryton_identifier('locations.code', 'locations.id') }} as warehouse_code,
        row_number() over (partition by climbed.location_id order by climbed.steps) as preference
    from climbed
    inner join locations on climbed.ancestor_id = locations.id
    where {{ to_text('locations.type') }} = 'warehouse'

)

select
    locations.id as location_id,
    {{ to_text('locations.name') }} as location_name,
    coalesce({{ to_text('locations.code') }}, {{ to_text('locations.name') }}) as bin_code,
    {{ to_text('locations.type') }} as location_type,
    warehouses.warehouse_id,
    warehouses.warehouse_code
from locations
left join warehouses on locations.id = warehouses.location_id and warehouses.preference = 1

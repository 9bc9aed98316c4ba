-- The warehouse code is the external id, or the name where nobody gave one. What lies in a location whose stock is
-- not made available is set aside: goods received there were rejected.
with locations as (

    select * from {{ fivetran_rows('netsuite', 'location') }}

),

addresses as (

    select * from {{ fivetran_rows('netsuite', 'location_main_address', 'nkey') }}

)

select
    locations.id as location_id,
    coalesce({{ to_text('locations.externalid') }}, {{ to_text('locations.name') }}) as warehouse_code,
    {{ to_text('locations.name') }} as location_name,
    {{ to_text('locations.locationtype') }} as location_type,
    upper({{ to_text('addresses.country') }}) as country_code,
    not coalesce({{ to_boolean('locations.makeinventoryavailable') }}, true) as is_set_aside,
    coalesce(
        {{ to_timestamp('locations.lastmodifieddate') }}, {{ to_timestamp('locations.fivetran_synced') }}
    ) as updated_at,
    locations.is_gone,
    locations._load_id,
    locations._file,
    locations._row
from locations
left join addresses on {{ to_text('locations.mainaddress') }} = addresses.nkey and not addresses.is_gone

with locations as (

    select * from {{ ref('base_netsuite__locations') }}

)

select
    {{ entity_key('warehouse', 'netsuite', 'warehouse_code') }} as warehouse_key,
    warehouse_code as warehouse_id,
    location_name as warehouse_name,
    case
        when is_set_aside then 'set aside'
        when location_type = '1' then 'store'
        else 'warehouse'
    end as warehouse_type,
    country_code,
    {{ origin_columns('netsuite', 'location_id', 'updated_at', 'is_gone') }}
from locations

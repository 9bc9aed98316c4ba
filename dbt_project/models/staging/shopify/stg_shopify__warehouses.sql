with locations as (

    select * from {{ ref('base_shopify__locations') }}

)

select
    {{ entity_key('warehouse', 'shopify', 'warehouse_code') }} as warehouse_key,
    warehouse_code as warehouse_id,
    location_name as warehouse_name,
    case when is_fulfillment_service then 'fulfilment service' else 'own location' end as warehouse_type,
    country_code,
    {{ origin_columns('shopify', 'location_id', 'updated_at', 'is_deleted') }}
from locations

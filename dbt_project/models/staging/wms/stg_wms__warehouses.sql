with warehouses as (

    select * from {{ raw_rows('wms', 'warehouse') }}

)

select
    {{ entity_key('warehouse', 'wms', to_text('warehouse_code')) }} as warehouse_key,
    {{ to_text('warehouse_code') }} as warehouse_id,
    {{ to_text('name') }} as warehouse_name,
    {{ to_text('warehouse_type') }} as warehouse_type,
    upper({{ to_text('country_code') }}) as country_code,
    {{ origin_columns('wms', to_text('warehouse_code')) }}
from warehouses

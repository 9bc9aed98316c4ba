with counts as (

    select * from {{ ref('base_edi__stock_counts') }}

)

select
    {{ entity_key('stock_level', 'edi', ['warehouse_id', 'item_id', 'counted_on']) }} as stock_level_key,
    {{ entity_key('product', 'edi', 'item_id') }} as product_key,
    {{ entity_key('warehouse', 'edi', 'warehouse_id') }} as warehouse_key,
    cast(null as varchar) as bin_code,
    counted_on,
    quantity as quantity_on_hand,
    unit_code,
    {{ origin_columns('edi', "warehouse_id || '-' || item_id || '-' || counted_on", 'prepared_at') }}
from counts

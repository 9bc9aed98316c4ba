with warehouses as (

    select * from {{ newest_per_key('int_warehouses__unioned', 'warehouse_key') }}

)

select
    warehouse_key,
    warehouse_id,
    warehouse_name,
    warehouse_type,
    country_code,
    {{ known_key(region_key('country_code')) }} as geography_key,
    is_deleted,
    source_system,
    company_id
from warehouses

union all

select
    {{ unknown_key() }} as warehouse_key,
    'unknown' as warehouse_id,
    'unknown' as warehouse_name,
    'unknown' as warehouse_type,
    null as country_code,
    {{ unknown_key() }} as geography_key,
    false as is_deleted,
    'unknown' as source_system,
    '{{ var("company_id") }}' as company_id

with geographies as (

    select * from {{ ref('int_geographies__referenced') }}

)

select
    geography_key,
    country_code,
    country_name,
    region_code,
    region_name,
    territory_name,
    territory_group,
    market_region
from geographies

union all

select
    {{ unknown_key() }} as geography_key,
    null as country_code,
    'unknown' as country_name,
    null as region_code,
    null as region_name,
    'unknown' as territory_name,
    'unknown' as territory_group,
    'unknown' as market_region

with states as (

    select * from {{ raw_rows('aw_crm', 'state_province') }}

),

countries as (

    select * from {{ raw_rows('aw_crm', 'country_region') }}

),

territories as (

    select * from {{ raw_rows('aw_crm', 'sales_territory') }}

)

select
    {{ entity_key('geography', 'aw_crm', ['states.country_region_code', 'trim(states.state_province_code)']) }} as geography_key,
    {{ to_text('states.country_region_code') }} as country_code,
    {{ to_text('countries.name') }} as country_name,
    {{ to_text('states.state_province_code') }} as region_code,
    {{ to_text('states.name') }} as region_name,
    {{ to_text('territories.name') }} as territory_name,
    {{ to_text('territories.group') }} as territory_group,
    {{ origin_columns('aw_crm', 'states.state_province_id', to_timestamp('states.modified_date'), origin='states') }}
from states
left join countries on states.country_region_code = countries.country_region_code
left join territories on states.territory_id = territories.territory_id

-- Postal addresses of business entities with region and country spelled out.
with entity_addresses as (

    select * from {{ raw_rows('aw_crm', 'business_entity_address') }}

),

addresses as (

    select * from {{ raw_rows('aw_crm', 'address') }}

),

address_types as (

    select * from {{ raw_rows('aw_crm', 'address_type') }}

),

states as (

    select * from {{ raw_rows('aw_crm', 'state_province') }}

)

select
    entity_addresses.business_entity_id,
    entity_addresses.address_id,
    {{ to_text('address_types.name') }} as address_type,
    {{ to_text('addresses.address_line1') }} as address_line_1,
    {{ to_text('addresses.address_line2') }} as address_line_2,
    {{ to_text('addresses.city') }} as city,
    {{ to_text('addresses.postal_code') }} as postal_code,
    {{ to_text('states.state_province_code') }} as region_code,
    {{ to_text('states.name') }} as region_name,
    {{ to_text('states.country_region_code') }} as country_code,
    {{ to_timestamp('entity_addresses.modified_date') }} as updated_at,
    entity_addresses._load_id,
    entity_addresses._file,
    entity_addresses._row
from entity_addresses
inner join addresses on entity_addresses.address_id = addresses.address_id
left join address_types on entity_addresses.address_type_id = address_types.address_type_id
left join states on addresses.state_province_id = states.state_province_id

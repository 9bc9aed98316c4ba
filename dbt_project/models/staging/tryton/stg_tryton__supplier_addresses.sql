with addresses as (

    select * from {{ ref('base_tryton__addresses') }}

),

parties as (

    select * from {{ ref('base_tryton__parties') }}

)

select
    {{ entity_key('supplier_address', 'tryton', 'addresses.address_id') }} as supplier_address_key,
    {{ entity_key('supplier', 'tryton', 'parties.kept_party_number') }} as supplier_key,
    addresses.address_type,
    addresses.address_line_1,
    addresses.address_line_2,
    addresses.city,
    addresses.postal_code,
    addresses.region_code,
    addresses.country_code,
    {{ origin_columns('tryton', 'addresses.address_id', 'addresses.updated_at', 'addresses.is_deleted', 'addresses') }}
from addresses
inner join parties on addresses.party_id = parties.party_id
where parties.is_supplier

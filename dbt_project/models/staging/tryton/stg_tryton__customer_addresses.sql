with addresses as (

    select * from {{ ref('base_tryton__addresses') }}

),

parties as (

    select * from {{ ref('base_tryton__parties') }}

)

select
    {{ entity_key('customer_address', 'tryton', 'addresses.address_id') }} as customer_address_key,
    {{ entity_key('customer', 'tryton', 'parties.kept_party_id') }} as customer_key,
    addresses.address_type,
    addresses.address_line_1,
    addresses.address_line_2,
    addresses.city,
    addresses.postal_code,
    addresses.region_code,
    addresses.country_code,
    -- The addresses of a merged party went along; the kept party's own comes first.
    addresses.is_default and not parties.is_merged as is_default,
    {{ origin_columns('tryton', 'addresses.address_id', 'addresses.updated_at', 'addresses.is_deleted', 'addresses') }}
from addresses
inner join parties on addresses.party_id = parties.party_id
where parties.is_customer

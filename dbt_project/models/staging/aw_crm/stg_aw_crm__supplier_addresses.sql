-- The CRM keeps the addresses of all business partners, suppliers among them, under the numbers that the SCM uses too.
with addresses as (

    select * from {{ ref('base_aw_crm__located_addresses') }}

),

accounts as (

    select * from {{ raw_rows('aw_crm', 'customer_account') }}

),

customers as (

    select person_id as business_entity_id from accounts
    union
    select store_id as business_entity_id from accounts

)

select
    {{ entity_key('supplier_address', 'aw_crm', ['addresses.business_entity_id', 'addresses.address_id', 'addresses.address_type']) }}
        as supplier_address_key,
    {{ entity_key('supplier', 'aw_crm', 'addresses.business_entity_id') }} as supplier_key,
    addresses.address_type,
    addresses.address_line_1,
    addresses.address_line_2,
    addresses.city,
    addresses.postal_code,
    addresses.region_code,
    addresses.country_code,
    {{ origin_columns(
        'aw_crm',
        "addresses.business_entity_id || '-' || addresses.address_id || '-' || addresses.address_type",
        'addresses.updated_at',
        origin='addresses'
    ) }}
from addresses
left join customers on addresses.business_entity_id = customers.business_entity_id
where customers.business_entity_id is null

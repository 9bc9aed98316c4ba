with persons as (

    select * from {{ ref('base_aw_crm__customer_versions') }}

),

accounts as (

    select * from {{ raw_rows('aw_crm', 'customer_account') }}

),

parties as (

    select * from {{ ref('base_aw_crm__reachable_parties') }}

),

stores as (

    select * from {{ raw_rows('aw_crm', 'store') }}

),

territories as (

    select * from {{ raw_rows('aw_crm', 'sales_territory') }}

),

addresses as (

    select * from {{ ref('base_aw_crm__located_addresses') }}

),

main_offices as (

    select
        business_entity_id,
        min(address_line_1) as address_line_1,
        min(address_line_2) as address_line_2,
        min(city) as city,
        min(postal_code) as postal_code,
        min(region_code) as region_code,
        min(region_name) as region_name,
        min(country_code) as country_code
    from addresses
    where address_type = 'Main Office'
    group by business_entity_id

),

person_customers as (

    select
        persons.customer_id,
        persons.valid_from,
        persons.valid_to,
        'person' as customer_type,
        persons.first_name,
        persons.middle_name,
        persons.last_name,
        concat_ws(' ', persons.first_name, persons.middle_name, persons.last_name) as full_name,
        parties.email,
        parties.phone,
        persons.address_line_1,
        persons.address_line_2,
        persons.city,
        cast(null as varchar) as postal_code,
        persons.region_code,
        persons.region_name,
        persons.country_code,
        persons.territory_name,
        persons.territory_group,
        persons.is_active,
        persons.acquired_on,
        cast(null as timestamp) as updated_at,
        persons.is_deleted,
        persons._load_id,
        persons._file,
        persons._row
    from persons
    left join accounts on persons.customer_id = accounts.customer_id
    left join parties on accounts.person_id = parties.business_entity_id

),

-- Accounts that the web shop's customer file does not know: stores, and people who buy for a store.
business_customers as (

    select
        accounts.customer_id,
        cast('1900-01-01' as date) as valid_from,
        cast(null as date) as valid_to,
        'business' as customer_type,
        cast(null as varchar) as first_name,
        cast(null as varchar) as middle_name,
        cast(null as varchar) as last_name,
        {{ to_text('stores.name') }} as full_name,
        parties.email,
        parties.phone,
        main_offices.address_line_1,
        main_offices.address_line_2,
        main_offices.city,
        main_offices.postal_code,
        main_offices.region_code,
        main_offices.region_name,
        coalesce(main_offices.country_code, {{ to_text('territories.country_region_code') }}) as country_code,
        {{ to_text('territories.name') }} as territory_name,
        {{ to_text('territories.group') }} as territory_group,
        true as is_active,
        cast(null as date) as acquired_on,
        {{ to_timestamp('accounts.modified_date') }} as updated_at,
        false as is_deleted,
        accounts._load_id,
        accounts._file,
        accounts._row
    from accounts
    left join persons on accounts.customer_id = persons.customer_id
    left join stores on accounts.store_id = stores.business_entity_id
    left join parties on accounts.person_id = parties.business_entity_id
    left join main_offices on accounts.store_id = main_offices.business_entity_id
    left join territories on accounts.territory_id = territories.territory_id
    where persons.customer_id is null

),

customers as (

    select * from person_customers
    union all
    select * from business_customers

)

select
    {{ entity_key('customer', 'aw_crm', 'customer_id') }} as customer_key,
    customer_id,
    valid_from,
    valid_to,
    customer_type,
    cast(null as varchar) as title,
    first_name,
    middle_name,
    last_name,
    full_name,
    email,
    phone,
    cast(null as varchar) as language,
    address_line_1,
    address_line_2,
    city,
    postal_code,
    region_code,
    region_name,
    country_code,
    territory_name,
    territory_group,
    is_active,
    acquired_on,
    cast(null as date) as date_of_birth,
    cast(null as boolean) as is_email_verified,
    cast(null as varchar) as merged_into_customer_key,
    {{ origin_columns('aw_crm', "customer_id || '@' || valid_from", 'updated_at', 'is_deleted') }}
from customers

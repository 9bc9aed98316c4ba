with customers as (

    select * from {{ ref('base_salesforce__customers') }}

),

addresses as (

    select * from {{ ref('base_salesforce__addresses') }}

),

survivors as (

    select * from {{ ref('base_salesforce__surviving_records') }}

)

select
    {{ entity_key('customer', 'salesforce', 'customers.record_id') }} as customer_key,
    customers.record_id as customer_id,
    coalesce(cast(customers.created_at as date), cast('1900-01-01' as date)) as valid_from,
    cast(null as date) as valid_to,
    customers.customer_type,
    customers.title,
    customers.first_name,
    customers.middle_name,
    customers.last_name,
    customers.full_name,
    customers.email,
    customers.phone,
    cast(null as varchar) as language,
    addresses.address_line_1,
    addresses.address_line_2,
    addresses.city,
    addresses.postal_code,
    addresses.region_code,
    addresses.region_name,
    addresses.country_code,
    cast(null as varchar) as territory_name,
    cast(null as varchar) as territory_group,
    not customers.is_deleted as is_active,
    cast(customers.created_at as date) as acquired_on,
    customers.date_of_birth,
    cast(null as boolean) as is_email_verified,
    case
        when survivors.surviving_id <> customers.record_id
            then {{ entity_key('customer', 'salesforce', 'survivors.surviving_id') }}
    end as merged_into_customer_key,
    {{ origin_columns(
        'salesforce', 'customers.record_id', 'customers.updated_at', 'customers.is_deleted', origin='customers'
    ) }}
from customers
left join addresses on customers.record_id = addresses.record_id and addresses.is_default
left join survivors
    on customers.record_id = survivors.record_id and survivors.record_type in ('account', 'contact')

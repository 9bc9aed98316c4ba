with customers as (

    select * from {{ ref('dim_customer') }}

)

select
    customer_key,
    person_key,
    email is not null as has_email,
    phone is not null as has_phone,
    address_line_1 is not null and coalesce(city, postal_code) is not null and country_code is not null
        as has_postal_address,
    coalesce(is_deleted, false) as is_deleted
from customers
where is_current

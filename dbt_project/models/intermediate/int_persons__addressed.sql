with records as (

    select * from {{ ref('int_persons__recorded') }}

),

addresses as (

    select * from {{ ref('int_customer_addresses__unioned') }}

),

-- Only that there is an address leaves here, never the address.
posted as (

    select distinct addresses.customer_key
    from addresses
    where
        addresses.address_line_1 is not null
        and coalesce(addresses.city, addresses.postal_code) is not null
        and addresses.country_code is not null
        and {{ is_live('addresses') }}

)

select
    records.person_key,
    max(case when records.has_email and not records.is_deleted then 1 else 0 end) = 1 as has_email,
    max(case when records.has_phone and not records.is_deleted then 1 else 0 end) = 1 as has_phone,
    max(
        case
            when (records.has_postal_address or posted.customer_key is not null) and not records.is_deleted then 1
            else 0
        end
    ) = 1 as has_postal_address
from records
left join posted on records.customer_key = posted.customer_key
group by records.person_key

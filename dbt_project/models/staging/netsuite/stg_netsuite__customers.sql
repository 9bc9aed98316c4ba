-- Leads and prospects share NetSuite's table of customers; a customer is who has bought.
with customers as (

    select * from {{ fivetran_rows('netsuite', 'customer') }}

),

addresses as (

    select * from {{ fivetran_rows('netsuite', 'entity_address', 'nkey') }}

)

select
    {{ entity_key('customer', 'netsuite', 'customers.id') }} as customer_key,
    customers.id as customer_id,
    {{ to_date('customers.datecreated') }} as valid_from,
    cast(null as date) as valid_to,
    case when {{ to_boolean('customers.isperson') }} then 'person' else 'business' end as customer_type,
    {{ to_text('customers.salutation') }} as title,
    {{ to_text('customers.firstname') }} as first_name,
    {{ to_text('customers.middlename') }} as middle_name,
    {{ to_text('customers.lastname') }} as last_name,
    coalesce(
        case
            when {{ to_boolean('customers.isperson') }}
                then {{ to_text("coalesce(customers.firstname, '') || ' ' || coalesce(customers.lastname, '')") }}
        end,
        {{ to_text('customers.companyname') }},
        {{ to_text('customers.altname') }},
        {{ to_text('customers.entityid') }}
    ) as full_name,
    lower({{ to_text('customers.email') }}) as email,
    coalesce({{ to_text('customers.phone') }}, {{ to_text('customers.mobilephone') }}) as phone,
    replace({{ to_text('customers.language') }}, '_', '-') as language,
    {{ to_text('addresses.addr1') }} as address_line_1,
    {{ to_text('addresses.addr2') }} as address_line_2,
    {{ to_text('addresses.city') }} as city,
    {{ to_text('addresses.zip') }} as postal_code,
    coalesce({{ to_text('addresses.dropdownstate') }}, {{ to_text('addresses.state') }}) as region_code,
    cast(null as varchar) as region_name,
    upper({{ to_text('addresses.country') }}) as country_code,
    cast(null as varchar) as territory_name,
    cast(null as varchar) as territory_group,
    not coalesce({{ to_boolean('customers.isinactive') }}, false) as is_active,
    {{ to_date('coalesce(customers.firstorderdate, customers.datecreated)') }} as acquired_on,
    cast(null as date) as date_of_birth,
    cast(null as boolean) as is_email_verified,
    cast(null as varchar) as merged_into_customer_key,
    {{ origin_columns(
        'netsuite', 'customers.id',
        'coalesce(' ~ to_timestamp('customers.lastmodifieddate') ~ ', ' ~ to_timestamp('customers.fivetran_synced') ~ ')',
        'customers.is_gone', origin='customers'
    ) }}
from customers
left join addresses
    on
        addresses.nkey = coalesce(
            {{ to_text('customers.defaultbillingaddress') }}, {{ to_text('customers.defaultshippingaddress') }}
        )
        and not addresses.is_gone
where coalesce(lower({{ to_text('customers.searchstage') }}), 'customer') = 'customer'

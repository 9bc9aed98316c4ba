with versions as (

    select * from {{ ref('int_customers__versioned') }}

)

select
    customer_version_key,
    customer_key,
    customer_id,
    source_system,
    company_id,
    valid_from,
    valid_to,
    is_current,
    customer_type,
    title,
    first_name,
    middle_name,
    last_name,
    full_name,
    email,
    phone,
    language,
    address_line_1,
    address_line_2,
    city,
    postal_code,
    region_code,
    region_name,
    country_code,
    territory_name,
    territory_group,
    geography_key,
    is_active,
    acquired_on,
    is_deleted
from versions

union all

select
    {{ unknown_key() }} as customer_version_key,
    {{ unknown_key() }} as customer_key,
    'unknown' as customer_id,
    'unknown' as source_system,
    '{{ var("company_id") }}' as company_id,
    {{ earliest_date() }} as valid_from,
    null as valid_to,
    true as is_current,
    'unknown' as customer_type,
    null as title,
    null as first_name,
    null as middle_name,
    null as last_name,
    'unknown' as full_name,
    null as email,
    null as phone,
    null as language,
    null as address_line_1,
    null as address_line_2,
    null as city,
    null as postal_code,
    null as region_code,
    null as region_name,
    null as country_code,
    null as territory_name,
    null as territory_group,
    {{ unknown_key() }} as geography_key,
    null as is_active,
    null as acquired_on,
    false as is_deleted

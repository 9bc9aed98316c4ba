with versions as (

    select * from {{ ref('int_customers__versioned') }}

),

links as (

    select * from {{ ref('int_persons__linked') }}

)

select
    versions.customer_version_key,
    versions.customer_key,
    links.person_key,
    versions.customer_id,
    versions.source_system,
    versions.company_id,
    versions.valid_from,
    versions.valid_to,
    versions.is_current,
    versions.customer_type,
    versions.title,
    versions.first_name,
    versions.middle_name,
    versions.last_name,
    versions.full_name,
    versions.email,
    versions.phone,
    versions.language,
    versions.address_line_1,
    versions.address_line_2,
    versions.city,
    versions.postal_code,
    versions.region_code,
    versions.region_name,
    versions.country_code,
    versions.territory_name,
    versions.territory_group,
    versions.geography_key,
    versions.is_active,
    versions.acquired_on,
    versions.is_deleted
from versions
inner join links on versions.customer_key = links.record_key

union all

select
    {{ unknown_key() }} as customer_version_key,
    {{ unknown_key() }} as customer_key,
    {{ unknown_key() }} as person_key,
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

with suppliers as (

    select * from {{ newest_per_key('int_suppliers__unioned', 'supplier_key') }}

),

addresses as (

    select * from {{ ref('int_supplier_addresses__unioned') }}

),

ranked_addresses as (

    select
        supplier_key,
        city,
        region_code,
        country_code,
        row_number() over (
            partition by supplier_key
            order by
                case when lower(address_type) in ('main office', 'main', 'headquarters') then 1 else 2 end,
                source_updated_at desc nulls last,
                supplier_address_key
        ) as preference
    from addresses
    where {{ is_live() }}

),

main_addresses as (

    select
        supplier_key,
        city,
        region_code,
        country_code
    from ranked_addresses
    where preference = 1

)

select
    suppliers.supplier_key,
    suppliers.supplier_id,
    suppliers.account_number,
    suppliers.supplier_name,
    suppliers.credit_rating,
    suppliers.is_preferred,
    suppliers.is_active,
    suppliers.email,
    suppliers.phone,
    main_addresses.city,
    main_addresses.region_code,
    main_addresses.country_code,
    {{ known_key(region_key('main_addresses.country_code', 'main_addresses.region_code')) }} as geography_key,
    suppliers.is_deleted,
    suppliers.source_system,
    suppliers.company_id
from suppliers
left join main_addresses on suppliers.supplier_key = main_addresses.supplier_key

union all

select
    {{ unknown_key() }} as supplier_key,
    'unknown' as supplier_id,
    null as account_number,
    'unknown' as supplier_name,
    null as credit_rating,
    null as is_preferred,
    null as is_active,
    null as email,
    null as phone,
    null as city,
    null as region_code,
    null as country_code,
    {{ unknown_key() }} as geography_key,
    false as is_deleted,
    'unknown' as source_system,
    '{{ var("company_id") }}' as company_id

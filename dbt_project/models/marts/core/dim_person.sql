-- What her records say of a person: of each column the newest that is not empty, shop and CRM before the service desk.
with links as (

    select * from {{ ref('int_persons__linked') }}

),

customers as (

    select * from {{ ref('int_customers__versioned') }}

),

leads as (

    select * from {{ ref('int_leads__unioned') }}

),

records as (

    select
        links.person_key,
        links.record_key,
        customers.source_system,
        customers.customer_type as person_type,
        customers.first_name,
        customers.last_name,
        customers.full_name,
        customers.email,
        customers.phone,
        customers.language,
        customers.address_line_1,
        customers.address_line_2,
        customers.city,
        customers.postal_code,
        customers.region_code,
        customers.country_code,
        customers.geography_key,
        coalesce(customers.acquired_on, customers.valid_from) as seen_on,
        customers.is_deleted,
        true as is_customer,
        case when customers.address_line_1 is not null then 1 else 2 end as preference
    from customers
    inner join links on customers.customer_key = links.record_key
    where customers.is_current

    union all

    select
        links.person_key,
        links.record_key,
        leads.source_system,
        'person' as person_type,
        null as first_name,
        null as last_name,
        leads.full_name,
        leads.email,
        leads.phone,
        null as language,
        null as address_line_1,
        null as address_line_2,
        null as city,
        null as postal_code,
        null as region_code,
        leads.country_code,
        null as geography_key,
        cast(leads.created_at as date) as seen_on,
        leads.is_deleted,
        false as is_customer,
        3 as preference
    from leads
    inner join links on leads.lead_key = links.record_key

),

-- A record that its system deleted says something only where no other does.
ranked as (

    select
        *,
        row_number() over (
            partition by person_key
            order by coalesce(is_deleted, false), preference, seen_on desc nulls last, record_key
        ) as place
    from records

)

select
    person_key,
    {{ first_known('person_type', 'place') }} as person_type,
    {{ first_known('full_name', 'place') }} as full_name,
    {{ first_known('first_name', 'place') }} as first_name,
    {{ first_known('last_name', 'place') }} as last_name,
    {{ first_known('email', 'place') }} as email,
    {{ first_known('phone', 'place') }} as phone,
    {{ first_known('language', 'place') }} as language,
    {{ first_known('address_line_1', 'place') }} as address_line_1,
    {{ first_known('city', 'place') }} as city,
    {{ first_known('postal_code', 'place') }} as postal_code,
    {{ first_known('region_code', 'place') }} as region_code,
    {{ first_known('country_code', 'place') }} as country_code,
    coalesce({{ first_known('geography_key', 'place') }}, {{ unknown_key() }}) as geography_key,
    min(seen_on) as first_seen_on,
    cast(count(*) as integer) as record_count,
    cast(count(distinct source_system) as integer) as system_count,
    bool_or(is_customer) as is_customer,
    bool_and(coalesce(is_deleted, false)) as is_deleted,
    '{{ var("company_id") }}' as company_id
from ranked
group by person_key

union all

select
    {{ unknown_key() }} as person_key,
    'unknown' as person_type,
    'unknown' as full_name,
    null as first_name,
    null as last_name,
    null as email,
    null as phone,
    null as language,
    null as address_line_1,
    null as city,
    null as postal_code,
    null as region_code,
    null as country_code,
    {{ unknown_key() }} as geography_key,
    null as first_seen_on,
    0 as record_count,
    0 as system_count,
    false as is_customer,
    false as is_deleted,
    '{{ var("company_id") }}' as company_id

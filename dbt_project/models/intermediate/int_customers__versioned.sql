with customers as (

    select * from {{ ref('int_customers__unioned') }}

),

-- Two systems that share customers may both know a version of the same day; the one that was changed last holds.
preferred as (

    select
        *,
        coalesce(valid_from, acquired_on, {{ earliest_date() }}) as begins_on,
        row_number() over (
            partition by customer_key, coalesce(valid_from, acquired_on, {{ earliest_date() }})
            order by coalesce(is_deleted, false), source_updated_at desc nulls last, source_system, source_instance, source_id
        ) as preference
    from customers
    where customer_key is not null

),

-- Overlapping or missing days between two versions of the source belong to the earlier one.
versions as (

    select
        *,
        lead(begins_on) over (partition by customer_key order by begins_on) as next_begins_on,
        lag(begins_on) over (partition by customer_key order by begins_on) is null as is_first
    from preferred
    where preference = 1

)

select
    {{ version_key('customer_key', 'begins_on') }} as customer_version_key,
    customer_key,
    customer_id,
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
    {{ known_key(region_key('country_code', 'region_code')) }} as geography_key,
    is_active,
    acquired_on,
    begins_on as valid_from,
    coalesce(next_begins_on, valid_to) as valid_to,
    next_begins_on is null as is_current,
    is_deleted,
    source_system,
    company_id,
    case when is_first then {{ beginning_of_time() }} else begins_on end as picked_from,
    coalesce(next_begins_on, {{ end_of_time() }}) as picked_to
from versions

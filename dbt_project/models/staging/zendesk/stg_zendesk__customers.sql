with users as (

    select * from {{ ref('base_zendesk__users') }}

)

select
    {{ entity_key('customer', 'zendesk', 'user_id') }} as customer_key,
    user_id as customer_id,
    coalesce(cast(created_at as date), cast('1900-01-01' as date)) as valid_from,
    cast(null as date) as valid_to,
    'person' as customer_type,
    cast(null as varchar) as title,
    cast(null as varchar) as first_name,
    cast(null as varchar) as middle_name,
    cast(null as varchar) as last_name,
    full_name,
    email,
    phone,
    language_tag as language,
    cast(null as varchar) as address_line_1,
    cast(null as varchar) as address_line_2,
    cast(null as varchar) as city,
    cast(null as varchar) as postal_code,
    cast(null as varchar) as region_code,
    cast(null as varchar) as region_name,
    cast(null as varchar) as country_code,
    cast(null as varchar) as territory_name,
    cast(null as varchar) as territory_group,
    is_active,
    cast(created_at as date) as acquired_on,
    cast(null as date) as date_of_birth,
    is_email_verified,
    cast(null as varchar) as merged_into_customer_key,
    {{ origin_columns('zendesk', 'user_id', 'updated_at', 'is_deleted') }}
from users
where role_raw = 'end-user'

-- Customers with an account, and guests: people of orders without one, as their newest order has them. An account
-- whose addresses were not exported has that of its newest order.
with customers as (

    select * from {{ raw_rows('shopify', 'customer') }}

),

addresses as (

    select * from {{ raw_rows('shopify', 'customer_address') }}

),

orders as (

    select * from {{ ref('base_shopify__orders') }}

),

default_addresses as (

    select addresses.*
    from addresses
    inner join customers on addresses.customer_id = customers.id
    qualify row_number() over (
        partition by addresses.customer_id
        order by
            case
                when addresses.id = customers.default_address_id then 1
                when {{ to_boolean('addresses.is_default') }} then 2
                else 3
            end,
            addresses.id
    ) = 1

),

newest_orders as (

    select
        *,
        coalesce(customer_id, guest_id) as buyer_id,
        min(ordered_at) over (partition by coalesce(customer_id, guest_id)) as first_ordered_at
    from orders
    where not is_test and not is_deleted and coalesce(customer_id, guest_id) is not null
    qualify row_number() over (
        partition by coalesce(customer_id, guest_id) order by ordered_at desc, order_number desc
    ) = 1

),

homes as (

    select
        {{ to_text('customer_id') }} as buyer_id,
        {{ to_text('phone') }} as phone,
        {{ to_text('address_1') }} as address_line_1,
        {{ to_text('address_2') }} as address_line_2,
        {{ to_text('city') }} as city,
        {{ to_text('zip') }} as postal_code,
        upper({{ to_text('province_code') }}) as region_code,
        {{ to_text('province') }} as region_name,
        upper({{ to_text('country_code') }}) as country_code
    from default_addresses

    union all

    select
        buyer_id,
        phone,
        address_line_1,
        address_line_2,
        city,
        postal_code,
        region_code,
        region_name,
        country_code
    from newest_orders
    where not exists (
        select 1
        from default_addresses
        where {{ to_text('default_addresses.customer_id') }} = newest_orders.buyer_id
    )

),

people as (

    select
        {{ to_text('customers.id') }} as customer_id,
        coalesce(
            cast({{ to_timestamp('customers.created_at') }} as date), cast(newest_orders.first_ordered_at as date)
        ) as acquired_on,
        {{ to_text('customers.first_name') }} as first_name,
        {{ to_text('customers.last_name') }} as last_name,
        lower({{ to_text('customers.email') }}) as email,
        {{ to_text('customers.phone') }} as phone,
        newest_orders.customer_locale,
        {{ to_boolean('customers.verified_email') }} as is_email_verified,
        {{ fivetran_is_deleted('customers') }} as is_deleted,
        {{ to_timestamp('customers.updated_at') }} as updated_at,
        customers._load_id,
        customers._file,
        customers._row
    from customers
    left join newest_orders on {{ to_text('customers.id') }} = newest_orders.buyer_id

    union all

    select
        guest_id as customer_id,
        cast(first_ordered_at as date) as acquired_on,
        first_name,
        last_name,
        email,
        phone,
        customer_locale,
        false as is_email_verified,
        false as is_deleted,
        updated_at,
        _load_id,
        _file,
        _row
    from newest_orders
    where guest_id is not null

)

select
    {{ entity_key('customer', 'shopify', 'people.customer_id') }} as customer_key,
    people.customer_id,
    people.acquired_on as valid_from,
    cast(null as date) as valid_to,
    'person' as customer_type,
    cast(null as varchar) as title,
    people.first_name,
    cast(null as varchar) as middle_name,
    people.last_name,
    nullif(concat_ws(' ', people.first_name, people.last_name), '') as full_name,
    people.email,
    coalesce(people.phone, homes.phone) as phone,
    people.customer_locale as language,  -- noqa: RF04
    homes.address_line_1,
    homes.address_line_2,
    homes.city,
    homes.postal_code,
    homes.region_code,
    homes.region_name,
    homes.country_code,
    cast(null as varchar) as territory_name,
    cast(null as varchar) as territory_group,
    not people.is_deleted as is_active,
    people.acquired_on,
    cast(null as date) as date_of_birth,
    people.is_email_verified,
    cast(null as varchar) as merged_into_customer_key,
    {{ origin_columns('shopify', 'people.customer_id', 'people.updated_at', 'people.is_deleted', origin='people') }}
from people
left join homes on people.customer_id = homes.buyer_id

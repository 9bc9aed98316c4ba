with addresses as (

    select * from {{ raw_rows('shopify', 'customer_address') }}

),

customers as (

    select * from {{ raw_rows('shopify', 'customer') }}

),

placed as (

    select
        addresses.*,
        coalesce(addresses.id = customers.default_address_id, {{ to_boolean('addresses.is_default') }}, false)
            as is_default_address,
        {{ fivetran_is_deleted('customers') }} as is_deleted
    from addresses
    left join customers on addresses.customer_id = customers.id

)

select
    {{ entity_key('customer_address', 'shopify', ['customer_id', 'id']) }} as customer_address_key,
    {{ entity_key('customer', 'shopify', to_text('customer_id')) }} as customer_key,
    'account' as address_type,
    {{ to_text('address_1') }} as address_line_1,
    {{ to_text('address_2') }} as address_line_2,
    {{ to_text('city') }} as city,
    {{ to_text('zip') }} as postal_code,
    upper({{ to_text('province_code') }}) as region_code,
    upper({{ to_text('country_code') }}) as country_code,
    is_default_address as is_default,
    {{ origin_columns('shopify', "customer_id || '-' || id", to_timestamp('fivetran_synced'), 'is_deleted') }}
from placed

with addresses as (

    select * from {{ ref('base_salesforce__addresses') }}

)

select
    {{ entity_key('customer_address', 'salesforce', ['record_id', 'address_type']) }} as customer_address_key,
    {{ entity_key('customer', 'salesforce', 'record_id') }} as customer_key,
    address_type,
    address_line_1,
    address_line_2,
    city,
    postal_code,
    region_code,
    country_code,
    is_default,
    {{ origin_columns('salesforce', "record_id || '-' || address_type", 'updated_at', 'is_deleted') }}
from addresses

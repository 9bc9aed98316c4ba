with vendors as (

    select * from {{ ref('base_netsuite__vendors') }}

)

select
    {{ entity_key('supplier', 'netsuite', 'vendor_number') }} as supplier_key,
    vendor_number as supplier_id,
    account_number,
    vendor_name as supplier_name,
    cast(null as integer) as credit_rating,
    cast(null as boolean) as is_preferred,
    is_active,
    email,
    phone,
    {{ origin_columns('netsuite', 'vendor_id', 'updated_at', 'is_gone') }}
from vendors

-- The number that people and other systems know a vendor by is the entity's name, such as V-101.
with vendors as (

    select * from {{ fivetran_rows('netsuite', 'vendor') }}

)

select
    id as vendor_id,
    coalesce({{ to_text('entityid') }}, id) as vendor_number,
    {{ to_text('accountnumber') }} as account_number,
    coalesce(
        {{ to_text('companyname') }},
        {{ to_text('legalname') }},
        {{ to_text("coalesce(firstname, '') || ' ' || coalesce(lastname, '')") }},
        {{ to_text('altname') }},
        {{ to_text('entityid') }}
    ) as vendor_name,
    not coalesce({{ to_boolean('isinactive') }}, false) as is_active,
    lower({{ to_text('email') }}) as email,
    {{ to_text('phone') }} as phone,
    coalesce({{ to_text('defaultbillingaddress') }}, {{ to_text('defaultshippingaddress') }}) as address_id,
    coalesce({{ to_timestamp('lastmodifieddate') }}, {{ to_timestamp('fivetran_synced') }}) as updated_at,
    is_gone,
    _load_id,
    _file,
    _row
from vendors

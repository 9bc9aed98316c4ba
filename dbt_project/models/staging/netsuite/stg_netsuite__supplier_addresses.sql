-- The address that a vendor's bills come from; other addresses in the table name no vendor.
with vendors as (

    select * from {{ ref('base_netsuite__vendors') }}

),

addresses as (

    select * from {{ fivetran_rows('netsuite', 'entity_address', 'nkey') }}

)

select
    {{ entity_key('supplier_address', 'netsuite', 'addresses.nkey') }} as supplier_address_key,
    {{ entity_key('supplier', 'netsuite', 'vendors.vendor_number') }} as supplier_key,
    'billing' as address_type,
    {{ to_text('addresses.addr1') }} as address_line_1,
    {{ to_text('addresses.addr2') }} as address_line_2,
    {{ to_text('addresses.city') }} as city,
    {{ to_text('addresses.zip') }} as postal_code,
    upper(coalesce({{ to_text('addresses.dropdownstate') }}, {{ to_text('addresses.state') }})) as region_code,
    upper({{ to_text('addresses.country') }}) as country_code,
    {{ origin_columns(
        'netsuite', 'addresses.nkey', to_timestamp('addresses.fivetran_synced'), 'addresses.is_gone or vendors.is_gone',
        origin='addresses'
    ) }}
from vendors
inner join addresses on vendors.address_id = addresses.nkey

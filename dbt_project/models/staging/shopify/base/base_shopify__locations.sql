-- Locations with the company's warehouse code, which stands in their name or address: "WH-RTM Rotterdam" or
-- "Rotterdam (WH-RTM)".
{%- set code = "'(^|[ (])([A-Z]{2,4}-[A-Z0-9]{2,})'" %}

with locations as (

    select * from {{ raw_rows('shopify', 'location') }}

)

select
    {{ to_text('id') }} as location_id,
    coalesce(
        nullif(regexp_extract(name, {{ code }}, 2), ''),
        nullif(regexp_extract(address_1, {{ code }}, 2), ''),
        'shopify-location-' || {{ to_text('id') }}
    ) as warehouse_code,
    {{ to_text('name') }} as location_name,
    coalesce({{ to_boolean('legacy') }}, false) as is_fulfillment_service,
    upper(coalesce({{ to_text('country_code') }}, {{ to_text('country') }})) as country_code,
    {{ fivetran_is_deleted() }} as is_deleted,
    {{ to_timestamp('updated_at') }} as updated_at,
    _load_id,
    _file,
    _row
from locations

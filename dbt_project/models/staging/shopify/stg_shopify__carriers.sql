-- The carriers that fulfilments name; Shopify has no table of them.
with fulfillments as (

    select * from {{ ref('base_shopify__fulfillments') }}

),

named as (

    select *
    from fulfillments
    where carrier_code is not null
    qualify row_number() over (partition by carrier_code order by _load_id, _row) = 1

)

select
    {{ entity_key('carrier', 'shopify', 'carrier_code') }} as carrier_key,
    carrier_code as carrier_id,
    carrier_name,
    cast(null as decimal(18, 4)) as base_rate,
    cast(null as decimal(18, 4)) as unit_rate,
    cast(null as varchar) as currency_code,
    {{ origin_columns('shopify', 'carrier_code') }}
from named

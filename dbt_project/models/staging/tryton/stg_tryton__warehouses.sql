with locations as (

    select * from {{ raw_rows('tryton', 'stock_location') }}

),

addresses as (

    select * from {{ ref('base_tryton__addresses') }}

)

select
    {{ entity_key('warehouse', 'tryton', tryton_identifier('locations.code', 'locations.id')) }} as warehouse_key,
    {{ tryton_identifier('locations.code', 'locations.id') }} as warehouse_id,
    {{ to_text('locations.name') }} as warehouse_name,
    'warehouse' as warehouse_type,
    addresses.country_code,
    {{ origin_columns('tryton', 'locations.id', tryton_updated_at('locations'), is_gone('locations'), 'locations') }}
from locations
left join addresses on locations.address = addresses.address_id
where {{ to_text('locations.type') }} = 'warehouse'

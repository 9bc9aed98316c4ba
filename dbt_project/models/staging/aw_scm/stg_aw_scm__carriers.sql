with methods as (

    select * from {{ raw_rows('aw_scm', 'ship_method') }}

)

select
    {{ entity_key('carrier', 'aw_scm', 'ship_method_id') }} as carrier_key,
    ship_method_id as carrier_id,
    {{ to_text('name') }} as carrier_name,
    {{ to_decimal('ship_base') }} as base_rate,
    {{ to_decimal('ship_rate') }} as unit_rate,
    'USD' as currency_code,
    {{ origin_columns('aw_scm', 'ship_method_id', to_timestamp('modified_date')) }}
from methods

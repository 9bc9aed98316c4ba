with carriers as (

    select * from {{ newest_per_key('int_carriers__unioned', 'carrier_key') }}

)

select
    carrier_key,
    carrier_id,
    carrier_name,
    base_rate,
    unit_rate,
    currency_code,
    is_deleted,
    source_system,
    company_id
from carriers

union all

select
    {{ unknown_key() }} as carrier_key,
    'unknown' as carrier_id,
    'unknown' as carrier_name,
    null as base_rate,
    null as unit_rate,
    null as currency_code,
    false as is_deleted,
    'unknown' as source_system,
    '{{ var("company_id") }}' as company_id

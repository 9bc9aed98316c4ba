with carriers as (

    select * from {{ raw_rows('tryton', 'carrier') }}

),

parties as (

    select * from {{ ref('base_tryton__parties') }}

)

select
    {{ entity_key('carrier', 'tryton', 'parties.kept_party_number') }} as carrier_key,
    parties.kept_party_number as carrier_id,
    parties.party_name as carrier_name,
    cast(null as decimal(18, 4)) as base_rate,
    cast(null as decimal(18, 4)) as unit_rate,
    cast(null as varchar) as currency_code,
    {{ origin_columns('tryton', 'carriers.id', tryton_updated_at('carriers'), is_gone('carriers'), 'carriers') }}
from carriers
left join parties on carriers.party = parties.party_id

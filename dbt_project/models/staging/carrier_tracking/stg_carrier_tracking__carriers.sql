-- The carriers that the events speak of. One that the seed does not name goes by its code.
with events as (

    select * from {{ ref('base_carrier_tracking__events') }}

),

names as (

    select * from {{ ref('carrier_tracking__carriers') }}

),

first_events as (

    select *
    from events
    qualify row_number() over (partition by carrier_id order by _load_id, _row) = 1

)

select
    {{ entity_key('carrier', 'carrier_tracking', 'first_events.carrier_id') }} as carrier_key,
    first_events.carrier_id,
    coalesce(names.carrier_name, first_events.carrier_id) as carrier_name,
    cast(null as decimal(18, 4)) as base_rate,
    cast(null as decimal(18, 4)) as unit_rate,
    cast(null as varchar) as currency_code,
    {{ origin_columns('carrier_tracking', 'first_events.carrier_id', origin='first_events') }}
from first_events
left join names on first_events.carrier_id = names.carrier_code

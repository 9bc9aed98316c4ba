with events as (

    select * from {{ ref('int_shipment_events__unioned') }}

),

shipments as (

    select * from {{ ref('fct_shipment') }}

),

carriers as (

    select * from {{ ref('dim_carrier') }}

),

geographies as (

    select * from {{ ref('dim_geography') }}

),

-- Two scans of one moment stay in the order of the source.
ordered_events as (

    select
        events.shipment_event_key,
        events.shipment_key,
        events.tracking_number,
        events.carrier_key,
        events.company_id,
        events.source_system,
        events.occurred_at,
        events.leg,
        events.status_raw,
        events.status,
        events.promised_on,
        events.place_name,
        events.country_code,
        cast(
            row_number() over (
                partition by coalesce(events.shipment_key, events.tracking_number, events.shipment_event_key)
                order by events.occurred_at, events.source_row, events.shipment_event_key
            ) as integer
        ) as event_number,
        coalesce(events.shipment_key, events.tracking_number, events.shipment_event_key) as journey
    from events
    where {{ is_live('events') }}

),

timed as (

    select
        *,
        lag(occurred_at) over (partition by journey order by event_number) as previous_occurred_at,
        lead(occurred_at) over (partition by journey order by event_number) as next_occurred_at,
        max(case when status = 'customs_hold' then event_number end) over (
            partition by journey
            order by event_number
            rows between unbounded preceding and current row
        ) as last_held_at_event,
        max(
            case
                when
                    status in (
                        'customs_cleared', 'departed', 'out_for_delivery', 'failed_attempt', 'delivered', 'returned'
                    )
                    then event_number
            end
        ) over (
            partition by journey
            order by event_number
            rows between unbounded preceding and current row
        ) as last_moved_at_event,
        max(case when status = 'delivered' then event_number end) over (
            partition by journey
            order by event_number
            rows between unbounded preceding and current row
        ) as delivered_at_event
    from ordered_events

)

select
    timed.shipment_event_key,
    {{ known_key('timed.shipment_key') }} as shipment_key,
    timed.tracking_number,
    coalesce(shipments.direction, 'unknown') as direction,
    coalesce(shipments.order_key, {{ unknown_key() }}) as order_key,
    coalesce(carriers.carrier_key, shipments.carrier_key, {{ unknown_key() }}) as carrier_key,
    {{ known_key('geographies.geography_key') }} as geography_key,
    timed.company_id,
    timed.source_system,
    timed.event_number,
    timed.occurred_at,
    {{ known_date_key('cast(timed.occurred_at as date)') }} as date_key,
    coalesce(timed.leg, 'unknown') as leg,
    timed.status_raw,
    coalesce(timed.status, 'unknown') as status,
    timed.place_name,
    timed.country_code,
    cast({{ seconds_between('timed.previous_occurred_at', 'timed.occurred_at') }} / 3600 as decimal(18, 4))
        as hours_since_previous,
    -- What happens after the delivery is no longer part of the way.
    case
        when timed.delivered_at_event is null
            then cast({{ seconds_between('timed.occurred_at', 'timed.next_occurred_at') }} / 3600 as decimal(18, 4))
    end as hours_to_next,
    {{ is_held_by_customs('timed.last_held_at_event', 'timed.last_moved_at_event') }} as is_held_by_customs,
    coalesce(timed.promised_on, shipments.promised_on) as promised_on,
    {{ days_after_promise('cast(timed.occurred_at as date)', 'coalesce(timed.promised_on, shipments.promised_on)') }}
        as days_against_promise
from timed
left join shipments on timed.shipment_key = shipments.shipment_key
left join carriers on timed.carrier_key = carriers.carrier_key
left join geographies on {{ region_key('timed.country_code') }} = geographies.geography_key

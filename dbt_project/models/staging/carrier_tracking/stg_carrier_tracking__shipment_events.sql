with events as (

    select * from {{ ref('base_carrier_tracking__events') }}

)

select
    {{ entity_key(
        'shipment_event', 'carrier_tracking', ['carrier_id', 'tracking_number', 'event_time_id', 'status_raw']
    ) }} as shipment_event_key,
    {{ entity_key('shipment', 'carrier_tracking', 'tracking_number') }} as shipment_key,
    tracking_number,
    {{ entity_key('carrier', 'carrier_tracking', 'carrier_id') }} as carrier_key,
    occurred_at,
    leg,
    status_raw,
    status,
    promised_on,
    place_name,
    country_code,
    {{ origin_columns(
        'carrier_tracking',
        "carrier_id || '-' || tracking_number || '-' || event_time_id || '-' || status_raw",
        'occurred_at'
    ) }}
from events

{%- set legs = ['supplier', 'factory', 'warehouse', 'line_haul', 'customs', 'last_mile', 'unknown'] -%}

with shipments as (

    select * from {{ ref('fct_shipment') }}

),

events as (

    select * from {{ ref('fct_shipment_event') }}

),

orders as (

    select * from {{ ref('int_sales_orders__totalled') }}

),

carriers as (

    select * from {{ ref('dim_carrier') }}

),

warehouses as (

    select * from {{ ref('dim_warehouse') }}

),

geographies as (

    select * from {{ ref('dim_geography') }}

),

-- Until the next event a parcel is in the leg of the last one, so that the legs add up to the time it was followed.
journeys as (

    select
        shipment_key,
        cast(count(*) as integer) as event_count,
        min(occurred_at) as first_event_at,
        max(occurred_at) as last_event_at,
        min(case when status = 'delivered' then occurred_at end) as delivered_at,
        min(promised_on) as promised_on,
        {%- for leg in legs %}
            sum(case when leg = '{{ leg }}' then hours_to_next end) as {{ leg }}_hours,
        {%- endfor %}
        sum(hours_to_next) as tracked_hours,
        sum(case when is_held_by_customs then hours_to_next end) as customs_hold_hours,
        max(case when status = 'customs_hold' then 1 else 0 end) = 1 as has_been_held_by_customs,
        sum(case when status = 'failed_attempt' then 1 else 0 end) as failed_attempt_count
    from events
    group by shipment_key

),

outbound as (

    select
        shipments.shipment_key,
        shipments.shipment_id,
        shipments.order_key,
        orders.order_id,
        shipments.carrier_key,
        carriers.carrier_name,
        shipments.warehouse_key,
        warehouses.warehouse_name,
        geographies.country_code as destination_country_code,
        shipments.company_id,
        shipments.source_system,
        shipments.ordered_on,
        shipments.shipped_on,
        coalesce(shipments.promised_on, journeys.promised_on) as promised_on,
        coalesce(cast(journeys.delivered_at as date), shipments.delivered_on) as delivered_on,
        journeys.delivered_at,
        shipments.status,
        journeys.event_count,
        journeys.first_event_at,
        journeys.last_event_at,
        {%- for leg in legs %}
            journeys.{{ leg }}_hours,
        {%- endfor %}
        journeys.tracked_hours,
        journeys.customs_hold_hours,
        journeys.has_been_held_by_customs,
        journeys.failed_attempt_count,
        shipments.freight_amount_reporting
    from shipments
    inner join carriers on shipments.carrier_key = carriers.carrier_key
    inner join warehouses on shipments.warehouse_key = warehouses.warehouse_key
    inner join geographies on shipments.geography_key = geographies.geography_key
    left join orders on shipments.order_key = orders.order_key
    left join journeys on shipments.shipment_key = journeys.shipment_key
    where shipments.direction = 'outbound'

),

-- The last day of which deliveries tell: what has not arrived by then is judged against it. A source that tells of no
-- deliveries says nothing of their punctuality either.
known_until as (

    select
        source_system,
        max(greatest(delivered_on, coalesce(cast(last_event_at as date), delivered_on))) as known_until_on
    from outbound
    where delivered_on <= {{ latest_date() }}
    group by source_system

)

select
    outbound.shipment_key,
    outbound.shipment_id,
    outbound.order_key,
    outbound.order_id,
    outbound.carrier_key,
    outbound.carrier_name,
    outbound.warehouse_key,
    outbound.warehouse_name,
    outbound.destination_country_code,
    outbound.company_id,
    outbound.source_system,
    outbound.ordered_on,
    outbound.shipped_on,
    outbound.promised_on,
    outbound.delivered_on,
    outbound.delivered_at,
    outbound.status,
    {{ days_between('outbound.ordered_on', 'outbound.shipped_on') }} as days_to_ship,
    {{ days_between('outbound.shipped_on', 'outbound.delivered_on') }} as days_in_transit,
    {{ days_between('outbound.ordered_on', 'outbound.delivered_on') }} as days_to_deliver,
    {{ days_after_promise('outbound.delivered_on', 'outbound.promised_on') }} as days_against_promise,
    case
        when outbound.status not in ('cancelled', 'returned')
            then {{ is_on_time('outbound.delivered_on', 'outbound.promised_on', 'known_until.known_until_on') }}
    end as is_delivered_on_time,
    coalesce(outbound.event_count, 0) as event_count,
    outbound.first_event_at,
    outbound.last_event_at,
    {%- for leg in legs %}
        cast(outbound.{{ leg }}_hours as decimal(18, 4)) as {{ leg }}_hours,
    {%- endfor %}
    cast(outbound.tracked_hours as decimal(18, 4)) as tracked_hours,
    cast(outbound.customs_hold_hours as decimal(18, 4)) as customs_hold_hours,
    coalesce(outbound.has_been_held_by_customs, false) as has_been_held_by_customs,
    cast(coalesce(outbound.failed_attempt_count, 0) as integer) as failed_attempt_count,
    outbound.freight_amount_reporting,
    {{ reporting_currency_code() }} as reporting_currency_code
from outbound
left join known_until on outbound.source_system = known_until.source_system

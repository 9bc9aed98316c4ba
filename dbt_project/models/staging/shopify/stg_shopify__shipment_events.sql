with events as (

    select * from {{ raw_rows('shopify', 'fulfillment_event') }}

),

fulfillments as (

    select * from {{ ref('base_shopify__fulfillments') }}

),

orders as (

    select * from {{ ref('base_shopify__orders') }}

),

statuses as (

    select * from {{ ref('shopify__shipment_event_status') }}

),

countries as (

    select * from {{ ref('countries') }}

)

select
    {{ entity_key('shipment_event', 'shopify', 'events.id') }} as shipment_event_key,
    coalesce(
        fulfillments.shipment_key,
        {{ entity_key('shipment', 'shopify', ["'fulfillment'", to_text('events.fulfillment_id')]) }}
    ) as shipment_key,
    fulfillments.tracking_number,
    {{ entity_key('carrier', 'shopify', 'fulfillments.carrier_code') }} as carrier_key,
    coalesce({{ to_timestamp('events.happened_at') }}, {{ to_timestamp('events.created_at') }}) as occurred_at,
    'last_mile' as leg,
    {{ to_text('events.status') }} as status_raw,
    statuses.status,
    {{ to_date('events.estimated_delivery_at') }} as promised_on,
    {{ to_text('events.city') }} as place_name,
    coalesce(
        countries.country_code,
        case when length({{ to_text('events.country') }}) = 2 then upper({{ to_text('events.country') }}) end
    ) as country_code,
    {{ origin_columns(
        'shopify', 'events.id', to_timestamp('events.updated_at'),
        fivetran_is_deleted('events') ~ ' or coalesce(fulfillments.is_deleted, false)', origin='events'
    ) }}
from events
left join fulfillments on {{ to_text('events.fulfillment_id') }} = fulfillments.fulfillment_id
left join orders on {{ to_text('events.order_id') }} = orders.shopify_order_id
left join statuses on lower({{ to_text('events.status') }}) = statuses.status_raw
left join countries on lower({{ to_text('events.country') }}) = lower(countries.country_name)
where not coalesce(orders.is_test, false)

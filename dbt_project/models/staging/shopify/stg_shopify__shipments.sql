with fulfillments as (

    select * from {{ ref('base_shopify__fulfillments') }}

),

events as (

    select * from {{ raw_rows('shopify', 'fulfillment_event') }}

),

-- The first estimate is the promise; later ones follow the delay.
followed as (

    select
        fulfillments.shipment_key,
        min_by(
            {{ to_date('events.estimated_delivery_at') }},
            coalesce({{ to_timestamp('events.happened_at') }}, {{ to_timestamp('events.created_at') }})
        ) filter (where {{ to_timestamp('events.estimated_delivery_at') }} is not null) as promised_on,
        max({{ to_date('events.happened_at') }}) filter (where lower({{ to_text('events.status') }}) = 'delivered')
            as delivered_on
    from events
    inner join fulfillments on {{ to_text('events.fulfillment_id') }} = fulfillments.fulfillment_id
    where not {{ fivetran_is_deleted('events') }}
    group by fulfillments.shipment_key

)

select
    fulfillments.shipment_key,
    coalesce(fulfillments.tracking_number, fulfillments.fulfillment_id) as shipment_id,
    'outbound' as direction,
    {{ entity_key('order', 'shopify', 'fulfillments.order_number') }} as order_key,
    cast(null as varchar) as purchase_order_key,
    {{ entity_key('customer', 'shopify', 'coalesce(fulfillments.customer_id, fulfillments.guest_id)') }}
        as customer_key,
    cast(null as varchar) as supplier_key,
    {{ entity_key('carrier', 'shopify', 'fulfillments.carrier_code') }} as carrier_key,
    {{ entity_key('warehouse', 'shopify', 'fulfillments.warehouse_code') }} as warehouse_key,
    cast(fulfillments.created_at as date) as shipped_on,
    followed.promised_on,
    followed.delivered_on,
    fulfillments.status_raw,
    case
        when fulfillments.status = 'in_transit' and followed.delivered_on is not null then 'delivered'
        else fulfillments.status
    end as status,
    cast(null as decimal(24, 8)) as freight_amount,
    fulfillments.currency_code,
    fulfillments.destination_country_code,
    fulfillments.tracking_number,
    {{ origin_columns(
        'shopify', 'fulfillments.fulfillment_id', 'fulfillments.updated_at', 'fulfillments.is_deleted', origin='fulfillments'
    ) }}
from fulfillments
left join followed on fulfillments.shipment_key = followed.shipment_key
where fulfillments.is_first_of_shipment

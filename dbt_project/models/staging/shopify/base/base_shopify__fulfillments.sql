-- Fulfilments with the shipment that each belongs to, without those of test orders. Fulfilments that name one
-- tracking number are one parcel: its shipment is told by the first of them that was not called off.
with fulfillments as (

    select * from {{ raw_rows('shopify', 'fulfillment') }}

),

orders as (

    select * from {{ ref('base_shopify__orders') }}

),

carriers as (

    select * from {{ ref('shopify__tracking_company') }}

),

locations as (

    select * from {{ ref('base_shopify__locations') }}

),

statuses as (

    select * from {{ ref('shopify__shipment_status') }}

),

typed as (

    select
        *,
        {{ to_text('tracking_number') }} as parcel_number,
        case
            when lower({{ to_text('status') }}) = 'success' and {{ to_text('shipment_status') }} is not null
                then 'success/' || lower({{ to_text('shipment_status') }})
            else lower({{ to_text('status') }})
        end as shipment_status_raw
    from fulfillments

),

described as (

    select
        {{ to_text('typed.id') }} as fulfillment_id,
        {{ to_text('typed.order_id') }} as shopify_order_id,
        orders.order_number,
        orders.customer_id,
        orders.guest_id,
        orders.currency_code,
        orders.country_code as destination_country_code,
        typed.parcel_number as tracking_number,
        case
            when typed.parcel_number is not null then {{ entity_key('shipment', 'shopify', 'typed.parcel_number') }}
            else {{ entity_key('shipment', 'shopify', ["'fulfillment'", 'typed.id']) }}
        end as shipment_key,
        coalesce(carriers.carrier_code, upper({{ to_text('typed.tracking_company') }})) as carrier_code,
        coalesce(carriers.carrier_name, {{ to_text('typed.tracking_company') }}) as carrier_name,
        locations.warehouse_code,
        {{ to_timestamp('typed.created_at') }} as created_at,
        typed.shipment_status_raw as status_raw,
        statuses.status,
        coalesce(orders.is_deleted, false) as is_deleted,
        {{ to_timestamp('typed.updated_at') }} as updated_at,
        typed._load_id,
        typed._file,
        typed._row
    from typed
    left join orders on {{ to_text('typed.order_id') }} = orders.shopify_order_id
    left join carriers on lower({{ to_text('typed.tracking_company') }}) = carriers.tracking_company
    left join locations on {{ to_text('typed.location_id') }} = locations.location_id
    left join statuses on typed.shipment_status_raw = statuses.status_raw
    where not coalesce(orders.is_test, false)

)

select
    *,
    row_number() over (
        partition by shipment_key
        order by case when status = 'cancelled' or is_deleted then 1 else 0 end, created_at, fulfillment_id
    ) = 1 as is_first_of_shipment
from described

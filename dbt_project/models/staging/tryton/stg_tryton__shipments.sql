-- Shipments to customers and deliveries of suppliers. Tryton notes one day: on which goods left, or arrived. So what left has no day
-- of delivery, and what arrived none of departure.
with shipments_out as (

    select * from {{ raw_rows('tryton', 'stock_shipment_out') }}

),

shipments_in as (

    select * from {{ raw_rows('tryton', 'stock_shipment_in') }}

),

moves as (

    select * from {{ ref('base_tryton__moves') }}

),

sale_lines as (

    select * from {{ ref('base_tryton__sale_lines') }}

),

purchase_lines as (

    select * from {{ ref('base_tryton__purchase_lines') }}

),

parties as (

    select * from {{ ref('base_tryton__parties') }}

),

addresses as (

    select * from {{ ref('base_tryton__addresses') }}

),

places as (

    select * from {{ ref('base_tryton__locations') }}

),

carriers as (

    select * from {{ raw_rows('tryton', 'carrier') }}

),

currencies as (

    select * from {{ raw_rows('tryton', 'currency_currency') }}

),

statuses as (

    select * from {{ ref('tryton__shipment_status') }}

),

-- A shipment can hold several orders; one that does belongs to none.
shipped_orders as (

    select
        moves.shipment_out_id,
        case when count(distinct sale_lines.order_identifier) = 1 then min(sale_lines.order_identifier) end as order_identifier
    from moves
    inner join sale_lines on moves.sale_line_id = sale_lines.line_id
    where moves.shipment_out_id is not null and not moves.is_deleted
    group by moves.shipment_out_id

),

delivered_purchases as (

    select
        moves.shipment_in_id,
        case when count(distinct purchase_lines.purchase_number) = 1 then min(purchase_lines.purchase_number) end
            as purchase_number
    from moves
    inner join purchase_lines on moves.purchase_line_id = purchase_lines.line_id
    where moves.shipment_in_id is not null and not moves.is_deleted
    group by moves.shipment_in_id

),

both_ways as (

    select
        'outbound' as direction,
        'out-' || shipments_out.id as source_id,
        {{ to_text('shipments_out.number') }} as shipment_number,
        {{ to_text('shipments_out.shipping_reference') }} as tracking_number,
        shipments_out.customer as party_id,
        shipments_out.delivery_address as address_id,
        shipments_out.warehouse as location_id,
        shipments_out.carrier as carrier_id,
        shipped_orders.order_identifier,
        cast(null as varchar) as purchase_number,
        {{ to_date('shipments_out.effective_date') }} as shipped_on,
        {{ to_date('shipments_out.planned_date') }} as promised_on,
        cast(null as date) as delivered_on,
        {{ to_text('shipments_out.state') }} as status_raw,
        {{ to_decimal('shipments_out.cost', 8, 24) }} as freight_amount,
        shipments_out.cost_currency as currency_id,
        {{ tryton_updated_at('shipments_out') }} as updated_at,
        {{ is_gone('shipments_out') }} as is_deleted,
        shipments_out._load_id,
        shipments_out._file,
        shipments_out._row
    from shipments_out
    left join shipped_orders on shipments_out.id = shipped_orders.shipment_out_id

    union all

    select
        'inbound' as direction,
        'in-' || shipments_in.id as source_id,
        {{ to_text('shipments_in.number') }} as shipment_number,
        cast(null as varchar) as tracking_number,
        shipments_in.supplier as party_id,
        cast(null as varchar) as address_id,
        shipments_in.warehouse as location_id,
        shipments_in.carrier as carrier_id,
        cast(null as varchar) as order_identifier,
        delivered_purchases.purchase_number,
        cast(null as date) as shipped_on,
        {{ to_date('shipments_in.planned_date') }} as promised_on,
        {{ to_date('shipments_in.effective_date') }} as delivered_on,
        {{ to_text('shipments_in.state') }} as status_raw,
        cast(null as decimal(24, 8)) as freight_amount,
        cast(null as varchar) as currency_id,
        {{ tryton_updated_at('shipments_in') }} as updated_at,
        {{ is_gone('shipments_in') }} as is_deleted,
        shipments_in._load_id,
        shipments_in._file,
        shipments_in._row
    from shipments_in
    left join delivered_purchases on shipments_in.id = delivered_purchases.shipment_in_id

)

select
    {{ entity_key('shipment', 'tryton', "coalesce(both_ways.tracking_number, 'tryton-' || both_ways.source_id)") }}
        as shipment_key,
    coalesce(both_ways.shipment_number, both_ways.source_id) as shipment_id,
    both_ways.direction,
    {{ entity_key('order', 'tryton', 'both_ways.order_identifier') }} as order_key,
    {{ entity_key('purchase_order', 'tryton', 'both_ways.purchase_number') }} as purchase_order_key,
    case when both_ways.direction = 'outbound' then {{ entity_key('customer', 'tryton', 'parties.kept_party_id') }} end
        as customer_key,
    case when both_ways.direction = 'inbound' then {{ entity_key('supplier', 'tryton', 'parties.kept_party_number') }} end
        as supplier_key,
    {{ entity_key('carrier', 'tryton', 'carrier_parties.kept_party_number') }} as carrier_key,
    {{ entity_key('warehouse', 'tryton', 'places.warehouse_code') }} as warehouse_key,
    both_ways.shipped_on,
    both_ways.promised_on,
    both_ways.delivered_on,
    both_ways.status_raw,
    statuses.status,
    both_ways.freight_amount,
    {{ to_text('currencies.code') }} as currency_code,
    addresses.country_code as destination_country_code,
    both_ways.tracking_number,
    {{ origin_columns('tryton', 'both_ways.source_id', 'both_ways.updated_at', 'both_ways.is_deleted', 'both_ways') }}
from both_ways
left join parties on both_ways.party_id = parties.party_id
left join addresses on both_ways.address_id = addresses.address_id
left join places on both_ways.location_id = places.location_id
left join carriers on both_ways.carrier_id = carriers.id
left join parties as carrier_parties on carriers.party = carrier_parties.party_id
left join currencies on both_ways.currency_id = currencies.id
left join statuses on both_ways.status_raw = statuses.status_raw

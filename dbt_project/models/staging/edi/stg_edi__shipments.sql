with despatches as (

    select * from {{ ref('base_edi__despatches') }}

),

lines as (

    select * from {{ ref('base_edi__lines') }}

),

parties as (

    select * from {{ ref('base_edi__parties') }}

),

partners as (

    select * from {{ raw_rows('edi', 'partner') }}

),

statuses as (

    select * from {{ ref('edi__shipment_status') }}

),

-- A shipment of several orders belongs to none of them; its lines name theirs.
single_orders as (

    select
        message_key,
        min(order_number) as order_number
    from lines
    group by message_key
    having count(distinct order_number) = 1

),

placed as (

    select
        despatches.*,
        coalesce(despatches.order_number, single_orders.order_number) as purchase_order_id,
        coalesce(
            suppliers.our_number, {{ to_text('partners.our_number') }}, suppliers.party_id, despatches.partner_id
        ) as supplier_id,
        coalesce(carriers.our_number, despatches.carrier_code, carriers.party_id) as carrier_id,
        ship_to.our_number as warehouse_id,
        ship_to.country_code as destination_country_code
    from despatches
    left join single_orders on despatches.message_key = single_orders.message_key
    left join parties as suppliers
        on despatches.message_key = suppliers.message_key and suppliers.party_role = 'supplier'
    left join parties as carriers
        on despatches.message_key = carriers.message_key and carriers.party_role = 'carrier'
    left join parties as ship_to
        on despatches.message_key = ship_to.message_key and ship_to.party_role = 'ship_to'
    left join partners on despatches.partner_id = {{ to_text('partners.party_id') }}

)

select
    placed.shipment_key,
    placed.document_number as shipment_id,
    'inbound' as direction,
    cast(null as varchar) as order_key,
    {{ entity_key('purchase_order', 'edi', 'placed.purchase_order_id') }} as purchase_order_key,
    cast(null as varchar) as customer_key,
    {{ entity_key('supplier', 'edi', 'placed.supplier_id') }} as supplier_key,
    {{ entity_key('carrier', 'edi', 'placed.carrier_id') }} as carrier_key,
    {{ entity_key('warehouse', 'edi', 'placed.warehouse_id') }} as warehouse_key,
    placed.shipped_on,
    placed.promised_on,
    cast(null as date) as delivered_on,
    placed.status_raw,
    statuses.status,
    cast(null as decimal(24, 8)) as freight_amount,
    placed.currency_code,
    placed.destination_country_code,
    placed.tracking_number,
    {{ origin_columns('edi', 'placed.source_id', 'placed.prepared_at', origin='placed') }}
from placed
left join statuses on placed.status_raw = statuses.status_raw

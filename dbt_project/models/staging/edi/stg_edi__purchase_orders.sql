with orders as (

    select * from {{ ref('base_edi__orders') }}

),

lines as (

    select * from {{ ref('base_edi__lines') }}

),

partners as (

    select * from {{ raw_rows('edi', 'partner') }}

),

statuses as (

    select * from {{ ref('edi__purchase_order_status') }}

),

amounts as (

    select
        message_key,
        cast(sum(quantity * unit_price) as decimal(24, 8)) as amount
    from lines
    group by message_key

),

placed as (

    select
        *,
        coalesce(
            supplier_number,
            (
                select max({{ to_text('partners.our_number') }})
                from partners
                where {{ to_text('partners.party_id') }} = orders.partner_id
            ),
            supplier_party_id,
            partner_id
        ) as supplier_id
    from orders
    where direction = 'sent' and '{{ edi_option('edi', "purchase_orders") }}' <> 'elsewhere'

)

select
    {{ entity_key('purchase_order', 'edi', 'placed.document_number') }} as purchase_order_key,
    placed.document_number as purchase_order_id,
    {{ entity_key('supplier', 'edi', 'placed.supplier_id') }} as supplier_key,
    {{ entity_key('carrier', 'edi', 'placed.carrier_code') }} as carrier_key,
    placed.document_on as ordered_on,
    cast(null as date) as shipped_on,
    placed.status_raw,
    statuses.status,
    amounts.amount as subtotal_amount,
    cast(null as decimal(24, 8)) as tax_amount,
    cast(null as decimal(24, 8)) as freight_amount,
    amounts.amount as total_amount,
    placed.currency_code,
    {{ origin_columns('edi', 'placed.document_number', 'placed.source_updated_at', origin='placed') }}
from placed
left join amounts on placed.message_key = amounts.message_key
left join statuses on placed.status_raw = statuses.status_raw

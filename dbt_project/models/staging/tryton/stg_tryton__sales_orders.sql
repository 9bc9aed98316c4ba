-- Sales that were agreed. Drafts and quotations are offers, also when they were cancelled, returns are in return_lines, and the
-- orders of a shop are the shop's to offer. A sale with lines both ways is an order, for what is sold in it.
with sales as (

    select * from {{ raw_rows('tryton', 'sale_sale') }}

),

lines as (

    select * from {{ ref('base_tryton__sale_lines') }}

),

parties as (

    select * from {{ ref('base_tryton__parties') }}

),

addresses as (

    select * from {{ ref('base_tryton__addresses') }}

),

moves as (

    select * from {{ ref('base_tryton__moves') }}

),

currencies as (

    select * from {{ raw_rows('tryton', 'currency_currency') }}

),

carriers as (

    select * from {{ raw_rows('tryton', 'carrier') }}

),

statuses as (

    select * from {{ ref('tryton__sale_status') }}

),

typed as (

    select
        *,
        case
            when {{ to_text('state') }} = 'processing' then 'processing, ' || {{ to_text('shipment_state') }}
            else {{ to_text('state') }}
        end as status_raw
    from sales
    where {{ tryton_was_agreed('sales') }} and {{ to_text('web_shop') }} is null

),

line_signs as (

    select
        sale_id,
        max(quantity) as highest_quantity
    from lines
    group by sale_id

),

departures as (

    select
        lines.sale_id,
        max(moves.moved_on) as shipped_on
    from moves
    inner join lines on moves.sale_line_id = lines.line_id
    where moves.move_state = 'done' and moves.to_type = 'customer' and not moves.is_deleted
    group by lines.sale_id

)

select
    {{ entity_key('order', 'tryton', "'tryton-' || typed.id") }} as order_key,
    {{ tryton_identifier('typed.number', 'typed.id') }} as order_id,
    {{ entity_key('customer', 'tryton', 'parties.kept_party_id') }} as customer_key,
    cast(null as varchar) as channel_key,
    coalesce({{ to_date('typed.sale_date') }}, {{ to_date('typed.quotation_date') }}) as ordered_on,
    cast(null as timestamp) as ordered_at,
    {{ to_date('typed.shipping_date') }} as due_on,
    case when statuses.status = 'shipped' then departures.shipped_on end as shipped_on,
    typed.status_raw,
    statuses.status,
    {{ to_text('currencies.code') }} as currency_code,
    coalesce({{ to_decimal('typed.tax_amount_cache', 8, 24) }}, 0) as tax_amount,
    cast(0 as decimal(24, 8)) as freight_amount,
    {{ entity_key('carrier', 'tryton', 'carrier_parties.kept_party_number') }} as carrier_key,
    addresses.country_code as ship_to_country_code,
    addresses.region_code as ship_to_region_code,
    {{ origin_columns('tryton', 'typed.id', tryton_updated_at('typed'), is_gone('typed'), 'typed') }}
from typed
left join line_signs on typed.id = line_signs.sale_id
left join parties on typed.party = parties.party_id
left join addresses on typed.shipment_address = addresses.address_id
left join departures on typed.id = departures.sale_id
left join currencies on typed.currency = currencies.id
left join carriers on typed.carrier = carriers.id
left join parties as carrier_parties on carriers.party = carrier_parties.party_id
left join statuses on typed.status_raw = statuses.status_raw
where coalesce(line_signs.highest_quantity > 0, true)

-- A purchase of which everything goes back to the supplier is no order.
with purchases as (

    select * from {{ raw_rows('tryton', 'purchase_purchase') }}

),

lines as (

    select * from {{ ref('base_tryton__purchase_lines') }}

),

parties as (

    select * from {{ ref('base_tryton__parties') }}

),

currencies as (

    select * from {{ raw_rows('tryton', 'currency_currency') }}

),

statuses as (

    select * from {{ ref('tryton__purchase_status') }}

),

typed as (

    select
        *,
        case
            when {{ to_text('state') }} = 'processing' then 'processing, ' || {{ to_text('shipment_state') }}
            else {{ to_text('state') }}
        end as status_raw
    from purchases

),

line_totals as (

    select
        purchase_id,
        max(quantity) as highest_quantity,
        sum(amount) as line_amount
    from lines
    where not is_deleted
    group by purchase_id

)

select
    {{ entity_key('purchase_order', 'tryton', tryton_identifier('typed.number', 'typed.id')) }} as purchase_order_key,
    {{ tryton_identifier('typed.number', 'typed.id') }} as purchase_order_id,
    {{ entity_key('supplier', 'tryton', 'parties.kept_party_number') }} as supplier_key,
    cast(null as varchar) as carrier_key,
    -- A draft has no date yet but that on which it was begun.
    coalesce({{ to_date('typed.purchase_date') }}, {{ to_date('typed.create_date') }}) as ordered_on,
    cast(null as date) as shipped_on,
    typed.status_raw,
    statuses.status,
    coalesce(
        {{ to_decimal('typed.untaxed_amount_cache', 8, 24) }}, cast(line_totals.line_amount as decimal(24, 8))
    ) as subtotal_amount,
    {{ to_decimal('typed.tax_amount_cache', 8, 24) }} as tax_amount,
    cast(0 as decimal(24, 8)) as freight_amount,
    {{ to_decimal('typed.total_amount_cache', 8, 24) }} as total_amount,
    {{ to_text('currencies.code') }} as currency_code,
    {{ origin_columns('tryton', 'typed.id', tryton_updated_at('typed'), is_gone('typed'), 'typed') }}
from typed
left join parties on typed.party = parties.party_id
left join line_totals on typed.id = line_totals.purchase_id
left join currencies on typed.currency = currencies.id
left join statuses on typed.status_raw = statuses.status_raw
where coalesce(line_totals.highest_quantity > 0, true)

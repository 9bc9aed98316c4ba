-- What a supplier offers for a style holds for each of its variants.
with offers as (

    select * from {{ raw_rows('tryton', 'purchase_product_supplier') }}

),

prices as (

    select * from {{ raw_rows('tryton', 'purchase_product_supplier_price', 'live') }}

),

parties as (

    select * from {{ ref('base_tryton__parties') }}

),

products as (

    select * from {{ ref('base_tryton__products') }}

),

currencies as (

    select * from {{ raw_rows('tryton', 'currency_currency') }}

),

-- The price for the smallest quantity.
first_prices as (

    select
        product_supplier as offer_id,
        {{ to_decimal('unit_price') }} as unit_price,
        {{ to_decimal('quantity') }} as from_quantity,
        row_number() over (
            partition by product_supplier
            order by {{ to_decimal('quantity') }}, {{ to_integer('sequence') }} nulls last, {{ to_integer('id') }}
        ) as preference
    from prices

)

select
    {{ entity_key('supplier_product', 'tryton', ['offers.id', 'products.product_id']) }} as supplier_product_key,
    {{ entity_key('supplier', 'tryton', 'parties.kept_party_number') }} as supplier_key,
    {{ entity_key('product', 'tryton', 'products.sku') }} as product_key,
    cast({{ duration_seconds(to_text('offers.lead_time')) }} / 86400 as integer) as lead_time_days,
    first_prices.unit_price as standard_price,
    cast(null as decimal(18, 4)) as last_receipt_price,
    cast(null as date) as last_receipt_on,
    first_prices.from_quantity as minimum_order_quantity,
    cast(null as decimal(18, 4)) as maximum_order_quantity,
    cast(null as decimal(18, 4)) as on_order_quantity,
    products.unit_code,
    {{ to_text('currencies.code') }} as currency_code,
    {{ origin_columns(
        'tryton', "offers.id || '-' || products.product_id", tryton_updated_at('offers'),
        is_gone('offers') ~ ' or not coalesce(' ~ to_boolean('offers.active') ~ ', true)', 'offers'
    ) }}
from offers
inner join products
    on coalesce({{ to_text('offers.product') }} = products.product_id, offers.template = products.template_id)
left join parties on offers.party = parties.party_id
left join first_prices on offers.id = first_prices.offer_id and first_prices.preference = 1
left join currencies on offers.currency = currencies.id

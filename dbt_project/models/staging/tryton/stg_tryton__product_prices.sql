-- Tryton keeps one price, the one that holds; every price that was ever landed is in the raw table, and holds from the day of its
-- change. A list price of a style holds for its variants, but for those that have one of their own.
with list_prices as (

    select * from {{ raw_rows('tryton', 'product_list_price', 'all') }}

),

cost_prices as (

    select * from {{ raw_rows('tryton', 'product_cost_price', 'all') }}

),

products as (

    select * from {{ ref('base_tryton__products') }}

),

companies as (

    select * from {{ raw_rows('tryton', 'company_company') }}

),

currencies as (

    select * from {{ raw_rows('tryton', 'currency_currency') }}

),

own_prices as (

    select distinct {{ to_text('product') }} as product_id
    from list_prices
    where {{ to_text('product') }} is not null

),

prices as (

    select
        'list' as price_type,
        list_prices.id as price_id,
        products.product_id,
        products.sku,
        list_prices.company as company_number,
        {{ to_decimal('list_prices.list_price') }} as amount,
        {{ tryton_updated_at('list_prices') }} as updated_at,
        list_prices._load_id,
        list_prices._file,
        list_prices._row
    from list_prices
    inner join products
        on coalesce({{ to_text('list_prices.product') }} = products.product_id, list_prices.template = products.template_id)
    left join own_prices on products.product_id = own_prices.product_id
    where
        not {{ is_gone('list_prices') }}
        and ({{ to_text('list_prices.product') }} is not null or own_prices.product_id is null)

    union all

    select
        'standard_cost' as price_type,
        cost_prices.id as price_id,
        products.product_id,
        products.sku,
        cost_prices.company as company_number,
        {{ to_decimal('cost_prices.cost_price') }} as amount,
        {{ tryton_updated_at('cost_prices') }} as updated_at,
        cost_prices._load_id,
        cost_prices._file,
        cost_prices._row
    from cost_prices
    inner join products on cost_prices.product = products.product_id
    where not {{ is_gone('cost_prices') }}

),

-- Of several prices of a day the last one held.
last_of_day as (

    select
        *,
        row_number() over (
            partition by price_type, price_id, product_id, cast(updated_at as date)
            order by updated_at desc, _load_id desc, _row desc
        ) as preference
    from prices
    where amount is not null

)

select
    {{ entity_key('product_price', 'tryton', ['prices.price_type', 'prices.price_id', 'prices.sku', 'cast(prices.updated_at as date)']) }}
        as product_price_key,
    {{ entity_key('product', 'tryton', 'prices.sku') }} as product_key,
    prices.price_type,
    cast(prices.updated_at as date) as valid_from,
    cast(null as date) as valid_to,
    prices.amount,
    {{ to_text('currencies.code') }} as currency_code,
    {{ origin_columns(
        'tryton',
        "prices.price_type || '-' || prices.price_id || '-' || prices.product_id || '-' || cast(prices.updated_at as date)",
        'prices.updated_at', origin='prices'
    ) }}
from last_of_day as prices
left join companies on prices.company_number = companies.id
left join currencies on companies.currency = currencies.id
where prices.preference = 1

with products as (

    select * from {{ newest_per_key('int_products__unioned', 'product_key') }}

),

prices as (

    select * from {{ ref('int_product_prices__unioned') }}

),

-- Several systems may name a price for the same day; the one that was changed last holds.
price_changes as (

    select
        product_key,
        price_type,
        valid_from,
        amount,
        currency_code,
        row_number() over (
            partition by product_key, price_type, valid_from
            order by source_updated_at desc nulls last, source_system, source_id
        ) as preference
    from prices
    where {{ is_live() }} and valid_from is not null and amount is not null

),

-- A price holds until the next one of its type begins, also where the source closes an interval without opening another:
-- goods that are no longer on the price list are still in stock and still cost what they cost.
price_intervals as (

    select
        product_key,
        price_type,
        valid_from,
        coalesce(
            lead(valid_from) over (partition by product_key, price_type order by valid_from),
            {{ end_of_time() }}
        ) as valid_to,
        amount,
        currency_code
    from price_changes
    where preference = 1

),

-- A product without any price has one version.
version_starts as (

    select
        product_key,
        valid_from
    from price_intervals

    union

    select
        products.product_key,
        coalesce(products.sold_from, {{ earliest_date() }}) as valid_from
    from products
    left join price_intervals on products.product_key = price_intervals.product_key
    where price_intervals.product_key is null

),

versions as (

    select
        product_key,
        valid_from,
        lead(valid_from) over (partition by product_key order by valid_from) as valid_to,
        lag(valid_from) over (partition by product_key order by valid_from) is null as is_first
    from version_starts

)

select
    {{ version_key('versions.product_key', 'versions.valid_from') }} as product_version_key,
    versions.product_key,
    products.product_id,
    products.sku,
    products.product_name,
    products.style_id,
    products.style_name,
    products.category_name,
    products.subcategory_name,
    products.color,
    products.size,
    products.size_unit_code,
    products.weight,
    products.weight_unit_code,
    products.product_line,
    products.product_class,
    products.gender,
    products.is_made,
    products.is_sold,
    products.safety_stock_quantity,
    products.reorder_point_quantity,
    products.manufacturing_days,
    products.unit_code,
    products.sold_from,
    products.sold_to,
    list_prices.amount as list_price,
    standard_costs.amount as standard_cost,
    coalesce(standard_costs.currency_code, list_prices.currency_code) as price_currency_code,
    versions.valid_from,
    versions.valid_to,
    versions.valid_to is null as is_current,
    products.is_deleted,
    products.source_system,
    products.company_id,
    case when versions.is_first then {{ beginning_of_time() }} else versions.valid_from end as picked_from,
    coalesce(versions.valid_to, {{ end_of_time() }}) as picked_to
from versions
inner join products on versions.product_key = products.product_key
left join price_intervals as list_prices
    on
        versions.product_key = list_prices.product_key
        and list_prices.price_type = 'list'
        and versions.valid_from >= list_prices.valid_from
        and versions.valid_from < list_prices.valid_to
left join price_intervals as standard_costs
    on
        versions.product_key = standard_costs.product_key
        and standard_costs.price_type = 'standard_cost'
        and versions.valid_from >= standard_costs.valid_from
        and versions.valid_from < standard_costs.valid_to

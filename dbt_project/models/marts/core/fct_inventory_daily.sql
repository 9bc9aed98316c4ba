with levels as (

    select * from {{ ref('int_stock_levels__carried_forward') }}

),

products as (

    select * from {{ ref('int_products__versioned') }}

),

warehouses as (

    select * from {{ ref('dim_warehouse') }}

),

rates as (

    select * from {{ ref('int_currency_rates__daily') }}

),

-- Millions of days come of thousands of levels, so what holds for a whole level is worked out before they are spread over
-- their days. A level that outlives a version of its product is cut there.
valued_levels as (

    select
        levels.product_key as counted_product_key,
        levels.warehouse_key as counted_warehouse_key,
        {{ known_key('products.product_key') }} as product_key,
        {{ known_key('products.product_version_key') }} as product_version_key,
        {{ known_key('warehouses.warehouse_key') }} as warehouse_key,
        levels.company_id,
        levels.source_system,
        levels.quantity_on_hand,
        levels.unit_code,
        levels.holds_from as counted_on,
        greatest(levels.holds_from, coalesce(products.picked_from, levels.holds_from)) as first_on,
        cast(
            {{ plus_days('least(levels.holds_to, coalesce(products.picked_to, levels.holds_to))', -1) }} as date
        ) as last_on,
        products.standard_cost as unit_cost,
        cast(levels.quantity_on_hand * products.standard_cost as decimal(24, 8)) as stock_amount,
        {{ known_currency('products.price_currency_code') }} as currency_code
    from levels
    left join products
        on
            levels.product_key = products.product_key
            and products.picked_from < levels.holds_to
            and products.picked_to > levels.holds_from
    left join warehouses on levels.warehouse_key = warehouses.warehouse_key
    where levels.holds_to > levels.holds_from

),

daily as (

    select
        *,
        cast({{ days_of_span('first_on', 'last_on') }} as date) as inventory_on
    from valued_levels

),

-- Most companies price in their own currency, where there is nothing to convert.
converted as (

    select
        daily.*,
        daily.stock_amount as stock_amount_reporting
    from daily
    where daily.currency_code = {{ reporting_currency_code() }}

    union all

    select
        daily.*,
        {{ in_reporting_currency('daily.stock_amount', 'rates.rate') }} as stock_amount_reporting
    from daily
    left join rates on daily.currency_code = rates.from_currency_code and daily.inventory_on = rates.date_on
    where daily.currency_code <> {{ reporting_currency_code() }}

)

select
    md5(
        coalesce(counted_product_key, '') || '|' || coalesce(counted_warehouse_key, '') || '|' || cast(inventory_on as varchar)
    ) as inventory_daily_key,
    {{ known_date_key('inventory_on') }} as date_key,
    inventory_on,
    product_key,
    product_version_key,
    warehouse_key,
    company_id,
    source_system,
    quantity_on_hand,
    unit_code,
    inventory_on = counted_on as is_counted,
    unit_cost,
    stock_amount,
    currency_code,
    stock_amount_reporting,
    {{ reporting_currency_code() }} as reporting_currency_code
from converted

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

bounds as (

    select
        min(holds_from) as first_on,
        cast({{ plus_days('max(holds_to)', -1) }} as date) as last_on
    from levels

),

days as (

    {{ each_day('first_on', 'last_on') }}
    from bounds

),

daily_levels as (

    select
        days.date_on as inventory_on,
        levels.product_key,
        levels.warehouse_key,
        levels.company_id,
        levels.source_system,
        levels.quantity_on_hand,
        levels.unit_code,
        days.date_on = levels.holds_from as is_counted
    from levels
    inner join days on days.date_on >= levels.holds_from and days.date_on < levels.holds_to

),

valued as (

    select
        daily_levels.inventory_on,
        daily_levels.product_key as counted_product_key,
        daily_levels.warehouse_key as counted_warehouse_key,
        {{ known_key('products.product_key') }} as product_key,
        {{ known_key('products.product_version_key') }} as product_version_key,
        {{ known_key('warehouses.warehouse_key') }} as warehouse_key,
        daily_levels.company_id,
        daily_levels.source_system,
        daily_levels.quantity_on_hand,
        daily_levels.unit_code,
        daily_levels.is_counted,
        products.standard_cost as unit_cost,
        cast(daily_levels.quantity_on_hand * products.standard_cost as decimal(24, 8)) as stock_amount,
        {{ known_currency('products.price_currency_code') }} as currency_code,
        {{ exchange_rate('products.price_currency_code', 'rates.rate') }} as exchange_rate
    from daily_levels
    left join products on {{ version_on('products', 'product_key', 'daily_levels.product_key', 'daily_levels.inventory_on') }}
    left join warehouses on daily_levels.warehouse_key = warehouses.warehouse_key
    left join rates
        on products.price_currency_code = rates.from_currency_code and daily_levels.inventory_on = rates.date_on

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
    is_counted,
    unit_cost,
    stock_amount,
    currency_code,
    {{ in_reporting_currency('stock_amount', 'exchange_rate') }} as stock_amount_reporting,
    {{ reporting_currency_code() }} as reporting_currency_code
from valued

with daily_levels as (

    select * from {{ ref('fct_inventory_daily') }}

),

order_lines as (

    select * from {{ ref('fct_order_line') }}

),

purchase_order_lines as (

    select * from {{ ref('fct_purchase_order_line') }}

),

products as (

    select * from {{ ref('dim_product') }}

),

warehouses as (

    select * from {{ ref('dim_warehouse') }}

),

-- Levels are carried forward, so the last day holds every product and place that was ever counted.
last_day as (

    select max(inventory_on) as inventory_on
    from daily_levels

),

latest_levels as (

    select
        daily_levels.product_key,
        daily_levels.product_version_key,
        daily_levels.warehouse_key,
        daily_levels.inventory_on,
        sum(daily_levels.quantity_on_hand) as quantity_on_hand,
        max(daily_levels.unit_code) as unit_code,
        max(daily_levels.unit_cost) as unit_cost,
        sum(daily_levels.stock_amount_reporting) as stock_amount_reporting
    from daily_levels
    inner join last_day on daily_levels.inventory_on = last_day.inventory_on
    group by
        daily_levels.product_key, daily_levels.product_version_key, daily_levels.warehouse_key, daily_levels.inventory_on

),

product_levels as (

    select
        product_key,
        sum(quantity_on_hand) as quantity_on_hand
    from latest_levels
    group by product_key

),

last_counts as (

    select
        product_key,
        warehouse_key,
        max(inventory_on) as last_counted_on
    from daily_levels
    where is_counted
    group by product_key, warehouse_key

),

latest_sale as (

    select max(ordered_on) as ordered_on
    from order_lines
    where is_revenue and ordered_on <= {{ latest_date() }}

),

recent_sales as (

    select
        order_lines.product_key,
        {{ units_sold('order_lines.quantity') }} as sold_quantity,
        cast(
            {{ units_sold('order_lines.quantity') }} / {{ sales_window_weeks() }} as decimal(18, 4)
        ) as average_weekly_quantity
    from order_lines
    inner join latest_sale
        on
            order_lines.ordered_on > cast({{ plus_days('latest_sale.ordered_on', '-7 * ' ~ sales_window_weeks()) }} as date)
            and order_lines.ordered_on <= latest_sale.ordered_on
    group by order_lines.product_key

),

on_order as (

    select
        product_key,
        sum(open_quantity) as on_order_quantity
    from purchase_order_lines
    group by product_key

)

select
    latest_levels.product_key,
    products.product_name,
    products.sku,
    products.category_name,
    products.subcategory_name,
    products.is_made,
    products.is_sold,
    latest_levels.warehouse_key,
    warehouses.warehouse_name,
    latest_levels.inventory_on,
    last_counts.last_counted_on,
    cast(latest_levels.quantity_on_hand as decimal(18, 4)) as quantity_on_hand,
    latest_levels.unit_code,
    cast(product_levels.quantity_on_hand as decimal(18, 4)) as product_quantity_on_hand,
    products.safety_stock_quantity,
    products.reorder_point_quantity,
    {{ is_below('product_levels.quantity_on_hand', 'products.safety_stock_quantity') }} as is_below_safety_stock,
    {{ is_below('product_levels.quantity_on_hand', 'products.reorder_point_quantity') }} as is_below_reorder_point,
    latest_levels.unit_cost,
    cast(latest_levels.stock_amount_reporting as decimal(24, 8)) as stock_amount_reporting,
    coalesce(recent_sales.average_weekly_quantity, 0) as average_weekly_quantity,
    {{ weeks_of_cover('product_levels.quantity_on_hand', 'recent_sales.average_weekly_quantity') }} as weeks_of_cover,
    cast(coalesce(on_order.on_order_quantity, 0) as decimal(18, 4)) as on_order_quantity,
    {{ reporting_currency_code() }} as reporting_currency_code,
    {{ sell_through('coalesce(recent_sales.sold_quantity, 0)', 'product_levels.quantity_on_hand') }} as sell_through_rate
from latest_levels
inner join product_levels on latest_levels.product_key = product_levels.product_key
inner join products on latest_levels.product_version_key = products.product_version_key
inner join warehouses on latest_levels.warehouse_key = warehouses.warehouse_key
left join last_counts
    on latest_levels.product_key = last_counts.product_key and latest_levels.warehouse_key = last_counts.warehouse_key
left join recent_sales on latest_levels.product_key = recent_sales.product_key
left join on_order on latest_levels.product_key = on_order.product_key

with levels as (

    select * from {{ ref('int_stock_levels__carried_forward') }}

),

movements as (

    select * from {{ ref('int_stock_movements__unioned') }}

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

daily_changes as (

    select
        product_key,
        warehouse_key,
        moved_on,
        count(*) as movement_count,
        sum(case when movement_type = 'adjustment' then 0 else {{ stock_change('movement_type', 'quantity') }} end)
            as explained_quantity,
        sum(case when movement_type = 'adjustment' then {{ stock_change('movement_type', 'quantity') }} else 0 end)
            as adjusted_quantity
    from movements
    where {{ is_live() }} and moved_on between {{ earliest_date() }} and {{ latest_date() }}
    group by product_key, warehouse_key, moved_on

),

known_from as (

    select
        warehouse_key,
        min(moved_on) as known_from_on
    from daily_changes
    group by warehouse_key

),

-- A count closes its day: what moved on that day came before it.
days as (

    select
        product_key,
        warehouse_key,
        holds_from as day_on,
        1 as is_count,
        quantity_on_hand,
        unit_code,
        company_id,
        source_system,
        cast(0 as bigint) as movement_count,
        cast(0 as decimal(18, 4)) as explained_quantity,
        cast(0 as decimal(18, 4)) as adjusted_quantity
    from levels

    union all

    select
        product_key,
        warehouse_key,
        moved_on as day_on,
        0 as is_count,
        null as quantity_on_hand,
        null as unit_code,
        null as company_id,
        null as source_system,
        movement_count,
        explained_quantity,
        adjusted_quantity
    from daily_changes

),

running as (

    select
        product_key,
        warehouse_key,
        day_on,
        is_count,
        quantity_on_hand,
        unit_code,
        company_id,
        source_system,
        sum(movement_count) over until_now as movement_count,
        sum(explained_quantity) over until_now as explained_quantity,
        sum(adjusted_quantity) over until_now as adjusted_quantity
    from days
    window until_now as (
        partition by product_key, warehouse_key
        order by day_on, is_count
        rows between unbounded preceding and current row
    )

),

counts as (

    select
        product_key,
        warehouse_key,
        day_on as counted_on,
        quantity_on_hand as counted_quantity,
        unit_code,
        company_id,
        source_system,
        lag(day_on) over (partition by product_key, warehouse_key order by day_on) as previous_counted_on,
        lag(quantity_on_hand) over (partition by product_key, warehouse_key order by day_on) as previous_quantity,
        movement_count - lag(movement_count) over (partition by product_key, warehouse_key order by day_on)
            as movement_count,
        explained_quantity - lag(explained_quantity) over (partition by product_key, warehouse_key order by day_on)
            as explained_quantity,
        adjusted_quantity - lag(adjusted_quantity) over (partition by product_key, warehouse_key order by day_on)
            as adjusted_quantity
    from running
    where is_count = 1

),

-- Where the movements of a place are not known from the first count on, they explain nothing.
judged as (

    select
        counts.product_key,
        counts.warehouse_key,
        counts.previous_counted_on,
        counts.counted_on,
        counts.previous_quantity,
        counts.counted_quantity,
        counts.counted_quantity - counts.previous_quantity as counted_change,
        coalesce(known_from.known_from_on <= {{ plus_days('counts.previous_counted_on', 1) }}, false) as is_covered,
        counts.movement_count,
        counts.explained_quantity,
        counts.adjusted_quantity,
        counts.unit_code,
        counts.company_id,
        counts.source_system
    from counts
    left join known_from on counts.warehouse_key = known_from.warehouse_key
    where counts.previous_counted_on is not null

),

reconciled as (

    select
        *,
        case when is_covered then counted_change - explained_quantity - adjusted_quantity end as unexplained_quantity
    from judged

)

select
    md5(
        coalesce(reconciled.product_key, '') || '|' || coalesce(reconciled.warehouse_key, '') || '|'
        || cast(reconciled.counted_on as varchar)
    ) as stock_reconciliation_key,
    {{ known_key('products.product_key') }} as product_key,
    products.sku,
    products.product_name,
    {{ known_key('warehouses.warehouse_key') }} as warehouse_key,
    warehouses.warehouse_name,
    reconciled.company_id,
    reconciled.source_system,
    reconciled.previous_counted_on,
    reconciled.counted_on,
    cast(reconciled.previous_quantity as decimal(18, 4)) as previous_quantity,
    cast(reconciled.counted_quantity as decimal(18, 4)) as counted_quantity,
    cast(reconciled.counted_change as decimal(18, 4)) as counted_change,
    cast(reconciled.movement_count as bigint) as movement_count,
    reconciled.is_covered,
    cast(reconciled.explained_quantity as decimal(18, 4)) as explained_quantity,
    cast(reconciled.adjusted_quantity as decimal(18, 4)) as adjusted_quantity,
    cast(reconciled.unexplained_quantity as decimal(18, 4)) as unexplained_quantity,
    reconciled.unit_code,
    products.standard_cost as unit_cost,
    {{ known_currency('products.price_currency_code') }} as currency_code,
    cast(reconciled.unexplained_quantity * products.standard_cost as decimal(24, 8)) as unexplained_amount,
    {{ in_reporting_currency(
        'reconciled.unexplained_quantity * products.standard_cost',
        exchange_rate('products.price_currency_code', 'rates.rate')
    ) }} as unexplained_amount_reporting,
    {{ reporting_currency_code() }} as reporting_currency_code
from reconciled
left join products on {{ version_on('products', 'product_key', 'reconciled.product_key', 'reconciled.counted_on') }}
left join warehouses on reconciled.warehouse_key = warehouses.warehouse_key
left join rates on products.price_currency_code = rates.from_currency_code and reconciled.counted_on = rates.date_on

with movements as (

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

joined as (

    select
        movements.stock_movement_key,
        {{ known_key('products.product_key') }} as product_key,
        {{ known_key('products.product_version_key') }} as product_version_key,
        {{ known_key('warehouses.warehouse_key') }} as warehouse_key,
        movements.bin_code,
        movements.lot_code,
        movements.company_id,
        movements.source_system,
        movements.moved_at,
        movements.moved_on,
        movements.movement_type_raw,
        movements.movement_type,
        movements.quantity,
        {{ stock_change('movements.movement_type', 'movements.quantity') }} as quantity_change,
        movements.unit_code,
        movements.reference_type,
        movements.reference_id,
        products.standard_cost as unit_cost,
        {{ known_currency('products.price_currency_code') }} as currency_code,
        {{ exchange_rate('products.price_currency_code', 'rates.rate') }} as exchange_rate
    from movements
    left join products on {{ version_on('products', 'product_key', 'movements.product_key', 'movements.moved_on') }}
    left join warehouses on movements.warehouse_key = warehouses.warehouse_key
    left join rates on products.price_currency_code = rates.from_currency_code and movements.moved_on = rates.date_on
    where {{ is_live('movements') }}

),

valued as (

    select
        *,
        cast(quantity_change * unit_cost as decimal(24, 8)) as stock_amount_change
    from joined

)

select
    stock_movement_key,
    product_key,
    product_version_key,
    warehouse_key,
    bin_code,
    lot_code,
    company_id,
    source_system,
    moved_at,
    moved_on,
    {{ known_date_key('moved_on') }} as date_key,
    movement_type_raw,
    movement_type,
    quantity,
    quantity_change,
    unit_code,
    reference_type,
    reference_id,
    unit_cost,
    stock_amount_change,
    currency_code,
    {{ in_reporting_currency('stock_amount_change', 'exchange_rate') }} as stock_amount_change_reporting,
    {{ reporting_currency_code() }} as reporting_currency_code
from valued

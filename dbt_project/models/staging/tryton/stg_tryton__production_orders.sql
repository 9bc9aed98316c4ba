-- What was made is what the outgoing moves of the order brought into stock. Until work begins, started_on is the planned day.
with orders as (

    select * from {{ raw_rows('tryton', 'production') }}

),

moves as (

    select * from {{ ref('base_tryton__moves') }}

),

products as (

    select * from {{ ref('base_tryton__products') }}

),

units as (

    select * from {{ raw_rows('tryton', 'product_uom') }}

),

statuses as (

    select * from {{ ref('tryton__production_status') }}

),

made as (

    select
        production_output_id,
        product_id,
        sum(quantity) as quantity
    from moves
    where
        production_output_id is not null
        and move_state = 'done'
        and to_type = 'storage'
        and not is_deleted
    group by production_output_id, product_id

),

lost as (

    select
        production_output_id,
        product_id,
        sum(quantity) as quantity
    from moves
    where
        production_output_id is not null
        and move_state = 'done'
        and to_type = 'lost_found'
        and not is_deleted
    group by production_output_id, product_id

)

select
    {{ entity_key('production_order', 'tryton', tryton_identifier('orders.number', 'orders.id')) }} as production_order_key,
    {{ tryton_identifier('orders.number', 'orders.id') }} as production_order_id,
    {{ entity_key('product', 'tryton', 'products.sku') }} as product_key,
    {{ to_decimal('orders.quantity') }} as ordered_quantity,
    cast(coalesce(made.quantity, 0) as decimal(18, 4)) as stocked_quantity,
    cast(coalesce(lost.quantity, 0) as decimal(18, 4)) as scrapped_quantity,
    cast(null as varchar) as scrap_reason,
    coalesce({{ to_date('orders.effective_start_date') }}, {{ to_date('orders.planned_start_date') }}) as started_on,
    {{ to_date('orders.effective_date') }} as ended_on,
    {{ to_date('orders.planned_date') }} as due_on,
    statuses.status,
    {{ to_text('units.symbol') }} as unit_code,
    {{ origin_columns('tryton', 'orders.id', tryton_updated_at('orders'), is_gone('orders'), 'orders') }}
from orders
left join products on orders.product = products.product_id
left join units on orders.unit = units.id
left join made on orders.id = made.production_output_id and orders.product = made.product_id
left join lost on orders.id = lost.production_output_id and orders.product = lost.product_id
left join statuses on {{ to_text('orders.state') }} = statuses.status_raw

with orders as (

    select * from {{ ref('int_production_orders__unioned') }}

),

products as (

    select * from {{ ref('int_products__versioned') }}

),

-- The last day of which production tells: what is still open is judged against it.
known_until as (

    select max(known_on) as known_until_on
    from (
        select max(started_on) as known_on from orders where started_on <= {{ latest_date() }}
        union all
        select max(ended_on) as known_on from orders where ended_on <= {{ latest_date() }}
    ) as known

)

select
    orders.production_order_key,
    orders.production_order_id,
    {{ known_key('products.product_key') }} as product_key,
    {{ known_key('products.product_version_key') }} as product_version_key,
    orders.company_id,
    orders.source_system,
    orders.started_on,
    orders.ended_on,
    orders.due_on,
    {{ known_date_key('orders.started_on') }} as date_key,
    orders.ordered_quantity,
    orders.stocked_quantity,
    orders.scrapped_quantity,
    orders.scrap_reason,
    orders.unit_code,
    {{ scrap_rate('orders.scrapped_quantity', 'orders.ordered_quantity') }} as scrap_rate,
    {{ days_after_promise('orders.ended_on', 'orders.due_on') }} as days_late,
    {{ is_late('orders.ended_on', 'orders.due_on', 'known_until.known_until_on') }} as is_late,
    coalesce(orders.status, 'unknown') as status
from orders
left join products on {{ version_on('products', 'product_key', 'orders.product_key', 'orders.started_on') }}
cross join known_until
where {{ is_live('orders') }}

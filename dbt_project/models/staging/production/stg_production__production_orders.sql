with orders as (

    select * from {{ raw_rows('production', 'work_order') }}

),

statuses as (

    select * from {{ ref('production__work_order_status') }}

)

select
    {{ entity_key('production_order', 'production', to_text('orders.production_order_number')) }}
        as production_order_key,
    {{ to_text('orders.production_order_number') }} as production_order_id,
    {{ entity_key('product', 'production', to_text('orders.sku')) }} as product_key,
    {{ to_decimal('orders.ordered_quantity', decimal_mark=',') }} as ordered_quantity,
    coalesce({{ to_decimal('orders.stocked_quantity', decimal_mark=',') }}, 0) as stocked_quantity,
    coalesce({{ to_decimal('orders.scrapped_quantity', decimal_mark=',') }}, 0) as scrapped_quantity,
    {{ to_text('orders.scrap_reason') }} as scrap_reason,
    {{ to_date('orders.started_on') }} as started_on,
    {{ to_date('orders.ended_on') }} as ended_on,
    {{ to_date('orders.due_on') }} as due_on,
    statuses.status,
    'EA' as unit_code,
    {{ origin_columns(
        'production', to_text('orders.production_order_number'), to_timestamp('orders.changed_at'), origin='orders'
    ) }}
from orders
left join statuses on upper({{ to_text('orders.status') }}) = statuses.status_raw

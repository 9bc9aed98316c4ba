-- The floor reports hours; what they cost is the rate of the work centre.
with operations as (

    select * from {{ raw_rows('production', 'operation') }}

),

orders as (

    select * from {{ raw_rows('production', 'work_order') }}

),

centres as (

    select * from {{ raw_rows('production', 'work_centre') }}

)

select
    {{ entity_key(
        'production_operation', 'production',
        [to_text('operations.production_order_number'), to_integer('operations.operation_sequence')]
    ) }} as production_operation_key,
    {{ entity_key('production_order', 'production', to_text('operations.production_order_number')) }}
        as production_order_key,
    {{ entity_key('product', 'production', to_text('orders.sku')) }} as product_key,
    {{ entity_key('work_centre', 'production', to_text('operations.work_centre_code')) }} as work_centre_key,
    {{ to_integer('operations.operation_sequence') }} as operation_sequence,
    {{ to_date('operations.planned_start_at') }} as scheduled_start_on,
    {{ to_date('operations.planned_end_at') }} as scheduled_end_on,
    {{ to_date('operations.actual_start_at') }} as actual_start_on,
    {{ to_date('operations.actual_end_at') }} as actual_end_on,
    {{ to_decimal('operations.actual_hours', decimal_mark=',') }} as actual_hours,
    cast(
        {{ to_decimal('operations.planned_hours', decimal_mark=',') }}
        * {{ to_decimal('centres.cost_rate_per_hour', decimal_mark=',') }} as decimal(24, 8)
    ) as planned_cost_amount,
    cast(
        {{ to_decimal('operations.actual_hours', decimal_mark=',') }}
        * {{ to_decimal('centres.cost_rate_per_hour', decimal_mark=',') }} as decimal(24, 8)
    ) as actual_cost_amount,
    upper({{ to_text('centres.currency_code') }}) as currency_code,
    {{ origin_columns(
        'production',
        to_text('operations.production_order_number') ~ " || '-' || " ~ to_integer('operations.operation_sequence'),
        origin='operations'
    ) }}
from operations
left join orders on operations.production_order_number = orders.production_order_number
left join centres on operations.work_centre_code = centres.work_centre_code

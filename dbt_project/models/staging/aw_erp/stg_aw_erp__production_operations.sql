with operations as (

    select * from {{ raw_rows('aw_erp', 'work_order_routing') }}

)

select
    {{ entity_key('production_operation', 'aw_erp', ['work_order_id', 'product_id', 'operation_sequence']) }} as production_operation_key,
    {{ entity_key('production_order', 'aw_erp', 'work_order_id') }} as production_order_key,
    {{ entity_key('product', 'aw_erp', 'product_id') }} as product_key,
    {{ entity_key('work_centre', 'aw_erp', 'location_id') }} as work_centre_key,
    {{ to_integer('operation_sequence') }} as operation_sequence,
    {{ to_date('scheduled_start_date', date_shift('aw_erp', 'work_order_routing')) }} as scheduled_start_on,
    {{ to_date('scheduled_end_date', date_shift('aw_erp', 'work_order_routing')) }} as scheduled_end_on,
    {{ to_date('actual_start_date', date_shift('aw_erp', 'work_order_routing')) }} as actual_start_on,
    {{ to_date('actual_end_date', date_shift('aw_erp', 'work_order_routing')) }} as actual_end_on,
    {{ to_decimal('actual_resource_hrs') }} as actual_hours,
    {{ to_decimal('planned_cost', 8, 24) }} as planned_cost_amount,
    {{ to_decimal('actual_cost', 8, 24) }} as actual_cost_amount,
    'USD' as currency_code,
    {{ origin_columns('aw_erp', "work_order_id || '-' || product_id || '-' || operation_sequence") }}
from operations

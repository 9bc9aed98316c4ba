-- The export gives the yield in percent, and the last day on which an operation holds.
with operations as (

    select * from {{ raw_rows('production', 'routing_operation') }}

)

select
    {{ entity_key(
        'routing_operation', 'production', [to_text('sku'), to_integer('operation_sequence'), to_date('valid_from')]
    ) }} as routing_operation_key,
    {{ entity_key('product', 'production', to_text('sku')) }} as product_key,
    {{ to_integer('operation_sequence') }} as operation_sequence,
    {{ to_text('operation_name') }} as operation_name,
    {{ entity_key('work_centre', 'production', to_text('work_centre_code')) }} as work_centre_key,
    {{ to_decimal('setup_minutes', decimal_mark=',') }} as setup_minutes,
    {{ to_decimal('standard_minutes', decimal_mark=',') }} as standard_minutes,
    cast({{ to_decimal('yield_percent', decimal_mark=',') }} * 0.01 as decimal(9, 6)) as yield_rate,
    {{ to_date('valid_from') }} as valid_from,
    {{ to_date('valid_to', 1) }} as valid_to,
    {{ origin_columns(
        'production',
        to_text('sku') ~ " || '-' || " ~ to_integer('operation_sequence') ~ " || '@' || " ~ to_date('valid_from')
    ) }}
from operations

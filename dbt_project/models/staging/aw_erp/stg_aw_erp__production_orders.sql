with orders as (

    select * from {{ raw_rows('aw_erp', 'work_order') }}

)

select
    {{ entity_key('production_order', 'aw_erp', 'work_order_id') }} as production_order_key,
    work_order_id as production_order_id,
    {{ entity_key('product', 'aw_erp', 'product_id') }} as product_key,
    {{ to_decimal('order_qty') }} as ordered_quantity,
    -- The export's stocked quantity is empty; the ERP defines it as ordered less scrapped.
    coalesce({{ to_decimal('stocked_qty') }}, {{ to_decimal('order_qty') }} - {{ to_decimal('scrapped_qty') }}) as stocked_quantity,
    {{ to_decimal('scrapped_qty') }} as scrapped_quantity,
    {{ to_text('scrap_reason_name') }} as scrap_reason,
    {{ to_date('start_date', date_shift('aw_erp', 'work_order')) }} as started_on,
    {{ to_date('end_date', date_shift('aw_erp', 'work_order')) }} as ended_on,
    {{ to_date('due_date', date_shift('aw_erp', 'work_order')) }} as due_on,
    case when {{ to_text('end_date') }} is null then 'in progress' else 'done' end as status,
    'EA' as unit_code,
    {{ origin_columns('aw_erp', 'work_order_id') }}
from orders

with offers as (

    select * from {{ raw_rows('aw_scm', 'product_vendor') }}

)

select
    {{ entity_key('supplier_product', 'aw_scm', ['business_entity_id', 'product_id']) }} as supplier_product_key,
    {{ entity_key('supplier', 'aw_scm', 'business_entity_id') }} as supplier_key,
    {{ entity_key('product', 'aw_scm', 'product_id') }} as product_key,
    {{ to_integer('average_lead_time') }} as lead_time_days,
    {{ to_decimal('standard_price') }} as standard_price,
    {{ to_decimal('last_receipt_cost') }} as last_receipt_price,
    {{ to_date('last_receipt_date') }} as last_receipt_on,
    {{ to_decimal('min_order_qty') }} as minimum_order_quantity,
    {{ to_decimal('max_order_qty') }} as maximum_order_quantity,
    {{ to_decimal('on_order_qty') }} as on_order_quantity,
    {{ to_text('unit_measure_code') }} as unit_code,
    'USD' as currency_code,
    {{ origin_columns('aw_scm', "business_entity_id || '-' || product_id", to_timestamp('modified_date')) }}
from offers

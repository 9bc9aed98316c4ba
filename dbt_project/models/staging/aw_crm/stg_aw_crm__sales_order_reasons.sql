with order_reasons as (

    select * from {{ raw_rows('aw_crm', 'sales_order_header_sales_reason') }}

),

reasons as (

    select * from {{ raw_rows('aw_crm', 'sales_reason') }}

)

select
    {{ entity_key('order', 'aw_crm', 'order_reasons.sales_order_id') }} as order_key,
    order_reasons.sales_reason_id as reason_id,
    {{ to_text('reasons.name') }} as reason_name,
    {{ to_text('reasons.reason_type') }} as reason_type,
    {{ origin_columns(
        'aw_crm',
        "order_reasons.sales_order_id || '-' || order_reasons.sales_reason_id",
        to_timestamp('order_reasons.modified_date'),
        origin='order_reasons'
    ) }}
from order_reasons
left join reasons on order_reasons.sales_reason_id = reasons.sales_reason_id

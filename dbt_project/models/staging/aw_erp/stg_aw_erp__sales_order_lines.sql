with lines as (

    select * from {{ raw_rows('aw_erp', 'sales_order_detail') }}

),

typed as (

    select
        *,
        {{ to_decimal('order_qty') }} as quantity,
        {{ to_decimal('unit_price') }} as price,
        {{ to_decimal('percentage_discount', 6, 9) }} as discount
    from lines

)

select
    {{ entity_key('order_line', 'aw_erp', 'sales_order_detail_id') }} as order_line_key,
    {{ entity_key('order', 'aw_erp', 'sales_order_id') }} as order_key,
    sales_order_id as order_id,
    {{ to_integer('sales_detail_item') }} as line_number,
    {{ entity_key('product', 'aw_erp', 'product_id') }} as product_key,
    quantity,
    'EA' as unit_code,
    price as unit_price,
    discount as discount_rate,
    cast(quantity * price as decimal(24, 8)) as gross_amount,
    cast(cast(quantity * price as decimal(24, 8)) * discount as decimal(24, 8)) as discount_amount,
    cast(cast(quantity * price as decimal(24, 8)) * (1 - discount) as decimal(24, 8)) as net_amount,
    'USD' as currency_code,
    {{ origin_columns('aw_erp', 'sales_order_detail_id') }}
from typed

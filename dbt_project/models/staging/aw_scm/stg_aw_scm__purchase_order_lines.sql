with lines as (

    select
        *,
        row_number() over (partition by purchase_order_id order by {{ to_integer('purchase_order_detail_id') }}) as position
    from {{ raw_rows('aw_scm', 'purchase_order_detail') }}

)

select
    {{ entity_key('purchase_order_line', 'aw_scm', 'purchase_order_detail_id') }} as purchase_order_line_key,
    {{ entity_key('purchase_order', 'aw_scm', 'purchase_order_id') }} as purchase_order_key,
    purchase_order_id,
    cast(position as integer) as line_number,
    {{ entity_key('product', 'aw_scm', 'product_id') }} as product_key,
    {{ to_date('due_date') }} as due_on,
    {{ to_decimal('order_qty') }} as ordered_quantity,
    {{ to_decimal('unit_price') }} as unit_price,
    cast({{ to_decimal('order_qty') }} * {{ to_decimal('unit_price') }} as decimal(24, 8)) as net_amount,
    {{ to_decimal('received_qty') }} as received_quantity,
    {{ to_decimal('rejected_qty') }} as rejected_quantity,
    {{ to_decimal('stocked_qty') }} as stocked_quantity,
    'EA' as unit_code,
    'USD' as currency_code,
    {{ origin_columns('aw_scm', 'purchase_order_detail_id', to_timestamp('modified_date')) }}
from lines

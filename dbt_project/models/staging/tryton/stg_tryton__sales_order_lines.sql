with lines as (

    select * from {{ ref('base_tryton__sale_lines') }}

),

products as (

    select * from {{ ref('base_tryton__products') }}

)

select
    {{ entity_key('order_line', 'tryton', 'lines.line_id') }} as order_line_key,
    {{ entity_key('order', 'tryton', 'lines.order_identifier') }} as order_key,
    lines.order_number as order_id,
    cast(lines.line_number as integer) as line_number,
    {{ entity_key('product', 'tryton', 'products.sku') }} as product_key,
    lines.quantity,
    lines.unit_code,
    -- Tryton keeps the price after discount only.
    lines.unit_price,
    cast(0 as decimal(9, 6)) as discount_rate,
    lines.amount as gross_amount,
    cast(0 as decimal(24, 8)) as discount_amount,
    lines.amount as net_amount,
    lines.currency_code,
    {{ origin_columns('tryton', 'lines.line_id', 'lines.updated_at', 'lines.is_deleted', 'lines') }}
from lines
left join products on lines.product_id = products.product_id
where lines.quantity > 0 and lines.is_agreed and not lines.is_of_shop

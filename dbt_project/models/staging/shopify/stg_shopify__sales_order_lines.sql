with lines as (

    select * from {{ ref('base_shopify__order_lines') }}

)

-- The order's name is looked up for a row of lines, which has to be named there and only there.
-- noqa: disable=RF03
select
    {{ entity_key('order_line', 'shopify', 'shopify_line_id') }} as order_line_key,
    {{ entity_key('order', 'shopify', shopify_order_named('shopify_order_id', 'lines')) }} as order_key,
    order_number as order_id,
    line_index as line_number,
    {{ entity_key('product', 'shopify', 'sku') }} as product_key,
    quantity,
    'EA' as unit_code,
    unit_price,
    case
        when gross_amount <> 0 then cast(discount_amount / gross_amount as decimal(9, 6))
        when gross_amount = 0 then cast(0 as decimal(9, 6))
    end as discount_rate,
    gross_amount,
    discount_amount,
    net_amount,
    currency_code,
    {{ origin_columns('shopify', 'shopify_line_id', 'synced_at', 'is_deleted') }}
from lines

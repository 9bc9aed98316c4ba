with lines as (

    select * from {{ ref('base_tryton__purchase_lines') }}

),

products as (

    select * from {{ ref('base_tryton__products') }}

),

receipts as (

    select * from {{ ref('stg_tryton__goods_receipts') }}

),

received as (

    select
        purchase_order_line_key,
        sum(received_quantity) as received_quantity
    from receipts
    where not is_deleted
    group by purchase_order_line_key

),

keyed as (

    select
        *,
        {{ entity_key('purchase_order_line', 'tryton', ['purchase_number', 'line_number']) }} as purchase_order_line_key
    from lines

)

select
    keyed.purchase_order_line_key,
    {{ entity_key('purchase_order', 'tryton', 'keyed.purchase_number') }} as purchase_order_key,
    keyed.purchase_number as purchase_order_id,
    cast(keyed.line_number as integer) as line_number,
    {{ entity_key('product', 'tryton', 'products.sku') }} as product_key,
    keyed.due_on,
    keyed.quantity as ordered_quantity,
    keyed.unit_price,
    keyed.amount as net_amount,
    cast(coalesce(received.received_quantity, 0) as decimal(18, 4)) as received_quantity,
    cast(0 as decimal(18, 4)) as rejected_quantity,
    cast(coalesce(received.received_quantity, 0) as decimal(18, 4)) as stocked_quantity,
    keyed.unit_code,
    keyed.currency_code,
    {{ origin_columns('tryton', 'keyed.line_id', 'keyed.updated_at', 'keyed.is_deleted', 'keyed') }}
from keyed
left join products on keyed.product_id = products.product_id
left join received on keyed.purchase_order_line_key = received.purchase_order_line_key
where keyed.quantity > 0

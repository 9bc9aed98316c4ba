-- Receipts of purchase orders; those of returns and transfers are not a supplier's. A receipt names the order; the
-- line of it is in the links between lines or, where they are not exported, the only one with that item. With several
-- the line stays unknown.
with documents as (

    select * from {{ ref('base_netsuite__documents') }}

),

lines as (

    select * from {{ ref('base_netsuite__lines') }}

),

links as (

    select * from {{ raw_rows('netsuite', 'next_transaction_line_link') }}

),

locations as (

    select * from {{ ref('base_netsuite__locations') }}

),

order_lines as (

    select
        lines.transaction_id,
        lines.line_id,
        lines.line_number,
        lines.item_id,
        documents.document_number,
        count(*) over (partition by lines.transaction_id, lines.item_id) as lines_with_item
    from lines
    inner join documents on lines.transaction_id = documents.transaction_id
    where documents.document = 'purchase_order' and lines.line_role = 'goods' and not lines.is_gone

),

line_links as (

    select
        nextdoc as transaction_id,
        nextline as line_id,
        min(previousline) as order_line_id
    from links
    where
        upper({{ to_text('linktype') }}) = 'SHIPRCPT'
        and not {{ fivetran_is_deleted() }}
    group by nextdoc, nextline

),

receipts as (

    select
        lines.*,
        documents.transacted_on,
        documents.is_gone as is_receipt_gone,
        orders.transaction_id as order_transaction_id,
        orders.document_number as purchase_order_number,
        line_links.order_line_id,
        case
            when coalesce(locations.is_set_aside, false) then lines.quantity
            else coalesce(lines.rejected_quantity, 0)
        end as rejected
    from lines
    inner join documents on lines.transaction_id = documents.transaction_id
    inner join documents as orders
        on lines.created_from_id = orders.transaction_id and orders.document = 'purchase_order'
    left join line_links on lines.transaction_id = line_links.transaction_id and lines.line_id = line_links.line_id
    left join locations on lines.location_id = locations.location_id
    where documents.document = 'goods_receipt' and lines.line_role = 'goods'

)

select
    {{ entity_key('goods_receipt', 'netsuite', ['receipts.transaction_id', 'receipts.line_id']) }} as goods_receipt_key,
    {{ entity_key(
        'purchase_order_line', 'netsuite', ['order_lines.document_number', 'order_lines.line_number']
    ) }} as purchase_order_line_key,
    {{ entity_key('purchase_order', 'netsuite', 'receipts.purchase_order_number') }} as purchase_order_key,
    {{ entity_key('product', 'netsuite', 'receipts.sku') }} as product_key,
    receipts.transacted_on as received_on,
    false as is_received_on_estimated,
    receipts.quantity as received_quantity,
    receipts.rejected as rejected_quantity,
    cast(receipts.quantity - receipts.rejected as decimal(18, 4)) as stocked_quantity,
    'EA' as unit_code,
    {{ origin_columns(
        'netsuite', "receipts.transaction_id || '-' || receipts.line_id", 'receipts.updated_at',
        'receipts.is_gone or receipts.is_receipt_gone', origin='receipts'
    ) }}
from receipts
left join order_lines
    on
        receipts.order_transaction_id = order_lines.transaction_id
        and case
            when receipts.order_line_id is not null then receipts.order_line_id = order_lines.line_id
            else receipts.item_id = order_lines.item_id and order_lines.lines_with_item = 1
        end

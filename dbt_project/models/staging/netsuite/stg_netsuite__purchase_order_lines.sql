with documents as (

    select * from {{ ref('base_netsuite__documents') }}

),

lines as (

    select * from {{ ref('base_netsuite__lines') }}

)

select
    {{ entity_key(
        'purchase_order_line', 'netsuite', ['documents.document_number', 'lines.line_number']
    ) }} as purchase_order_line_key,
    {{ entity_key('purchase_order', 'netsuite', 'documents.document_number') }} as purchase_order_key,
    documents.document_number as purchase_order_id,
    lines.line_number,
    {{ entity_key('product', 'netsuite', 'lines.sku') }} as product_key,
    coalesce(lines.expected_receipt_on, documents.due_on) as due_on,
    lines.quantity as ordered_quantity,
    cast(lines.amount / nullif(lines.quantity, 0) as decimal(18, 4)) as unit_price,
    lines.amount as net_amount,
    lines.moved_quantity as received_quantity,
    -- What was rejected, and so what was stocked, is known to the receipts.
    cast(null as decimal(18, 4)) as rejected_quantity,
    cast(null as decimal(18, 4)) as stocked_quantity,
    'EA' as unit_code,
    documents.currency_code,
    {{ origin_columns(
        'netsuite', "lines.transaction_id || '-' || lines.line_id", 'lines.updated_at', 'lines.is_gone or documents.is_gone',
        origin='lines'
    ) }}
from lines
inner join documents on lines.transaction_id = documents.transaction_id
where documents.document = 'purchase_order' and lines.line_role = 'goods'

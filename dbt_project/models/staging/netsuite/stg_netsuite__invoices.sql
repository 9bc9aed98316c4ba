-- What the books say of orders, a shop's among them: its invoices carry the shop's order number, so that money can be
-- compared.
with documents as (

    select * from {{ ref('base_netsuite__documents') }}

),

statuses as (

    select * from {{ ref('netsuite__statuses') }}

),

vendors as (

    select * from {{ ref('base_netsuite__vendors') }}

),

invoices as (

    select
        documents.*,
        vendors.vendor_number,
        documents.document in ('sales_invoice', 'sales_credit_note') as is_sale,
        case when documents.is_voided then 'cancelled' else statuses.status end as status
    from documents
    left join statuses
        on documents.transaction_type = statuses.transaction_type and documents.status_code = statuses.status_raw
    left join vendors on documents.entity_id = vendors.vendor_id
    where documents.document in ('sales_invoice', 'sales_credit_note', 'purchase_invoice', 'purchase_credit_note')

)

select
    {{ entity_key('invoice', 'netsuite', 'transaction_id') }} as invoice_key,
    document_number as invoice_id,
    document as invoice_type,
    {{ entity_key('order', 'netsuite', 'order_number') }} as order_key,
    order_number,
    {{ entity_key('purchase_order', 'netsuite', 'purchase_order_number') }} as purchase_order_key,
    {{ entity_key('customer', 'netsuite', 'case when is_sale then entity_id end') }} as customer_key,
    {{ entity_key('supplier', 'netsuite', 'case when not is_sale then vendor_number end') }} as supplier_key,
    transacted_on as invoiced_on,
    due_on,
    status_raw,
    status,
    cast(goods_amount + charge_amount as decimal(24, 8)) as net_amount,
    tax_amount,
    total_amount,
    currency_code,
    {{ origin_columns('netsuite', 'transaction_id', 'updated_at', 'is_gone') }}
from invoices

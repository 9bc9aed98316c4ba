-- An order that was closed after a part of it had come is complete; closed before, it is cancelled. What is neither
-- goods nor tax, such as freight, expenses and discounts, counts as freight.
with documents as (

    select * from {{ ref('base_netsuite__documents') }}

),

statuses as (

    select * from {{ ref('netsuite__statuses') }}

),

vendors as (

    select * from {{ ref('base_netsuite__vendors') }}

)

select
    {{ entity_key('purchase_order', 'netsuite', 'documents.document_number') }} as purchase_order_key,
    documents.document_number as purchase_order_id,
    {{ entity_key('supplier', 'netsuite', 'vendors.vendor_number') }} as supplier_key,
    cast(null as varchar) as carrier_key,
    documents.transacted_on as ordered_on,
    cast(null as date) as shipped_on,
    documents.status_raw,
    case
        when documents.status_code = 'H' and documents.has_moved then 'complete'
        else statuses.status
    end as status,
    documents.goods_amount as subtotal_amount,
    documents.tax_amount,
    documents.charge_amount as freight_amount,
    documents.total_amount,
    documents.currency_code,
    {{ origin_columns(
        'netsuite', 'documents.transaction_id', 'documents.updated_at', 'documents.is_gone', origin='documents'
    ) }}
from documents
left join statuses
    on documents.transaction_type = statuses.transaction_type and documents.status_code = statuses.status_raw
left join vendors on documents.entity_id = vendors.vendor_id
where documents.document = 'purchase_order'

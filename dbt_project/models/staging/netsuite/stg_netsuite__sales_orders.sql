-- Orders that a connector copied from a shop are the shop's to offer. An order that was closed after a part of it had
-- left is shipped.
with documents as (

    select * from {{ ref('base_netsuite__documents') }}

),

statuses as (

    select * from {{ ref('netsuite__statuses') }}

),

orders as (

    select
        documents.*,
        case
            when documents.status_code = 'H' and documents.has_moved then 'shipped'
            else statuses.status
        end as status
    from documents
    left join statuses
        on documents.transaction_type = statuses.transaction_type and documents.status_code = statuses.status_raw
    where documents.document = 'sales_order' and not documents.is_mirrored

)

select
    {{ entity_key('order', 'netsuite', 'order_number') }} as order_key,
    document_number as order_id,
    {{ entity_key('customer', 'netsuite', 'entity_id') }} as customer_key,
    cast(null as varchar) as channel_key,
    transacted_on as ordered_on,
    cast(transacted_on as timestamp) as ordered_at,
    promised_on as due_on,
    case when status in ('partly_shipped', 'shipped') then shipped_on end as shipped_on,
    status_raw,
    status,
    currency_code,
    tax_amount,
    freight_amount,
    cast(null as varchar) as carrier_key,
    cast(null as varchar) as ship_to_country_code,
    cast(null as varchar) as ship_to_region_code,
    {{ origin_columns('netsuite', 'transaction_id', 'updated_at', 'is_gone') }}
from orders

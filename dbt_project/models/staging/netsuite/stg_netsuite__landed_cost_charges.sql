-- What bringing goods in costs: lines of vendors' bills that are filed under a category of landed cost. Which purchase
-- order a line is for: the one that it names in the company's own field; else the one that it was created from; else the
-- one of the receipts that it was linked to; else the one of the whole bill. A line for several orders belongs to none.
with documents as (

    select * from {{ ref('base_netsuite__documents') }}

),

lines as (

    select * from {{ ref('base_netsuite__lines') }}

),

links as (

    select * from {{ raw_rows('netsuite', 'next_transaction_line_link') }}

),

categories as (

    select * from {{ raw_rows('netsuite', 'cost_category') }}

),

charge_types as (

    select * from {{ ref('netsuite__landed_cost_categories') }}

),

statuses as (

    select * from {{ ref('netsuite__statuses') }}

),

-- The bill is the first of the two, the receipt that takes its costs the second, whatever the link is called.
linked_orders as (

    select
        links.previousdoc as transaction_id,
        links.previousline as line_id,
        min(receipts.purchase_order_number) as purchase_order_number
    from links
    inner join documents as receipts on links.nextdoc = receipts.transaction_id
    where receipts.document = 'goods_receipt' and not coalesce({{ to_boolean('links.fivetran_deleted') }}, false)
    group by links.previousdoc, links.previousline
    having min(receipts.purchase_order_number) = max(receipts.purchase_order_number)

),

charges as (

    select
        lines.*,
        documents.transacted_on,
        documents.currency_code,
        charge_types.charge_type,
        coalesce(
            lines.named_purchase_order_number,
            origins.purchase_order_number,
            linked_orders.purchase_order_number,
            documents.purchase_order_number
        ) as purchase_order_number,
        lines.is_gone
        or documents.is_gone
        or documents.is_voided
        or coalesce(statuses.status = 'cancelled', false) as is_charge_gone
    from lines
    inner join documents on lines.transaction_id = documents.transaction_id
    left join statuses
        on documents.transaction_type = statuses.transaction_type and documents.status_code = statuses.status_raw
    left join documents as origins on lines.created_from_id = origins.transaction_id
    left join linked_orders
        on lines.transaction_id = linked_orders.transaction_id and lines.line_id = linked_orders.line_id
    left join categories on lines.landed_cost_category_id = categories.id
    left join charge_types
        on coalesce(lower({{ to_text('categories.name') }}), lower(lines.landed_cost_category_id)) = charge_types.category
    where
        documents.document in ('purchase_invoice', 'purchase_credit_note')
        and lines.line_role in ('goods', 'charge')
        and lines.landed_cost_category_id is not null

)

select
    {{ entity_key('landed_cost_charge', 'netsuite', ['transaction_id', 'line_id']) }} as landed_cost_charge_key,
    {{ entity_key('purchase_order', 'netsuite', 'purchase_order_number') }} as purchase_order_key,
    {{ entity_key(
        'purchase_order_line', 'netsuite', ['purchase_order_number', 'named_purchase_order_line_number']
    ) }} as purchase_order_line_key,
    cast(null as varchar) as shipment_key,
    charge_type,
    transacted_on as charged_on,
    amount,
    currency_code,
    {{ origin_columns('netsuite', "transaction_id || '-' || line_id", 'updated_at', 'is_charge_gone') }}
from charges

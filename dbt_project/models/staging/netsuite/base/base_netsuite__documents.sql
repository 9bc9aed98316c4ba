-- A document's amounts are the sums of its lines, and its total is the main line. The order that it belongs to is up
-- to three steps back: a credit memo was created from a return authorisation, that from an invoice, and that from the
-- order.
with transactions as (

    select * from {{ ref('base_netsuite__transactions') }}

),

lines as (

    select * from {{ ref('base_netsuite__lines') }}

),

totals as (

    select
        transaction_id,
        sum(case when line_role = 'goods' then amount else 0 end) as goods_amount,
        sum(case when line_role in ('charge', 'discount') then amount else 0 end) as charge_amount,
        sum(case when line_role = 'charge' then amount else 0 end) as freight_amount,
        sum(case when line_role = 'tax' then amount else 0 end) as tax_amount,
        sum(case when line_role = 'main' then amount end) as main_amount,
        max(case when line_role = 'goods' then moved_quantity else 0 end) as most_moved_quantity,
        max(case when line_role = 'goods' then expected_shipment_on end) as expected_shipment_on,
        max(case when line_role = 'goods' then shipped_on end) as shipped_on,
        -- A bill for several orders belongs to none of them alone.
        case when min(created_from_id) = max(created_from_id) then min(created_from_id) end as created_from_id
    from lines
    where not is_gone
    group by transaction_id

),

origins as (

    select
        transactions.transaction_id,
        transactions.transaction_type,
        totals.created_from_id
    from transactions
    left join totals on transactions.transaction_id = totals.transaction_id

),

chains as (

    select
        origins.transaction_id,
        case
            when origins.transaction_type in ('SalesOrd', 'PurchOrd') then origins.transaction_id
            when first_step.transaction_type in ('SalesOrd', 'PurchOrd') then first_step.transaction_id
            when second_step.transaction_type in ('SalesOrd', 'PurchOrd') then second_step.transaction_id
            when third_step.transaction_type in ('SalesOrd', 'PurchOrd') then third_step.transaction_id
        end as order_transaction_id
    from origins
    left join origins as first_step on origins.created_from_id = first_step.transaction_id
    left join origins as second_step on first_step.created_from_id = second_step.transaction_id
    left join origins as third_step on second_step.created_from_id = third_step.transaction_id

)

select
    transactions.transaction_id,
    transactions.transaction_type,
    transactions.document,
    transactions.document_number,
    orders.transaction_id as order_transaction_id,
    transactions.entity_id,
    transactions.currency_code,
    transactions.transacted_on,
    transactions.due_on,
    totals.shipped_on,
    transactions.status_raw,
    transactions.status_code,
    transactions.is_voided,
    transactions.updated_at,
    transactions.is_gone,
    transactions._load_id,
    transactions._file,
    transactions._row,
    cast(coalesce(totals.goods_amount, 0) as decimal(24, 8)) as goods_amount,
    cast(coalesce(totals.charge_amount, 0) as decimal(24, 8)) as charge_amount,
    cast(coalesce(totals.freight_amount, 0) as decimal(24, 8)) as freight_amount,
    cast(coalesce(totals.tax_amount, 0) as decimal(24, 8)) as tax_amount,
    cast(
        coalesce(totals.main_amount, totals.goods_amount + totals.charge_amount + totals.tax_amount, 0)
        as decimal(24, 8)
    ) as total_amount,
    coalesce(transactions.is_mirrored or orders.is_mirrored, transactions.is_mirrored) as is_mirrored,
    case
        when orders.transaction_type = 'SalesOrd' then orders.order_number
        when transactions.is_mirrored then transactions.order_number
    end as order_number,
    case when orders.transaction_type = 'PurchOrd' then orders.document_number end as purchase_order_number,
    coalesce(transactions.promised_on, totals.expected_shipment_on) as promised_on,
    coalesce(totals.most_moved_quantity, 0) > 0 as has_moved
from transactions
left join totals on transactions.transaction_id = totals.transaction_id
left join chains on transactions.transaction_id = chains.transaction_id
left join transactions as orders on chains.order_transaction_id = orders.transaction_id
where transactions.document is not null

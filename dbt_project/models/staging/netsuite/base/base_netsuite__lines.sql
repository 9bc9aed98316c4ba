-- Lines are booked by debit and credit: what a customer buys is negative. The sign of the document's type turns
-- amounts and quantities round; amounts are those in the document's currency.
with lines as (

    select * from {{ raw_rows('netsuite', 'transaction_line') }}

),

transactions as (

    select * from {{ ref('base_netsuite__transactions') }}

),

items as (

    select * from {{ ref('base_netsuite__items') }}

),

item_types as (

    select * from {{ ref('netsuite__item_types') }}

)

select
    lines.transaction as transaction_id,
    lines.id as line_id,
    transactions.document,
    -- What stands on a line without an item is an expense; the members of a kit are in the price of the kit.
    case
        when {{ to_boolean('lines.mainline') }} then 'main'
        when {{ to_boolean('lines.taxline') }} then 'tax'
        when {{ to_boolean('lines.iscogs') }} then 'cogs'
        when {{ to_text('lines.kitmemberof') }} is not null then 'none'
        when {{ to_text('lines.item') }} is null then 'charge'
        else item_types.line_role
    end as line_role,
    {{ to_integer('lines.linesequencenumber') }} as line_number,
    {{ to_text('lines.item') }} as item_id,
    items.sku,
    cast(
        {{ to_decimal('lines.foreignamount', 8, 24) }}
        * case when {{ to_boolean('lines.mainline') }} then -transactions.line_sign else transactions.line_sign end
        as decimal(24, 8)
    ) as amount,
    cast({{ to_decimal('lines.quantity') }} * transactions.line_sign as decimal(18, 4)) as quantity,
    abs({{ to_decimal('lines.quantityshiprecv') }}) as moved_quantity,
    abs({{ to_decimal('lines.quantityrejected') }}) as rejected_quantity,
    coalesce({{ to_boolean('lines.transactiondiscount') }}, false) as is_discount_of_document,
    {{ to_text('lines.createdfrom') }} as created_from_id,
    {{ to_text('lines.landedcostcategory') }} as landed_cost_category_id,
    {{ to_text('lines.custcol_purchase_order') }} as named_purchase_order_number,
    {{ to_integer('lines.custcol_purchase_order_line') }} as named_purchase_order_line_number,
    {{ to_text('lines.location') }} as location_id,
    {{ to_date('lines.expectedreceiptdate') }} as expected_receipt_on,
    {{ to_date('lines.expectedshipdate') }} as expected_shipment_on,
    {{ to_date('lines.actualshipdate') }} as shipped_on,
    coalesce(
        {{ to_timestamp('lines.linelastmodifieddate') }}, {{ to_timestamp('lines.fivetran_synced') }}
    ) as updated_at,
    {{ fivetran_is_deleted('lines') }} as is_gone,
    lines._load_id,
    lines._file,
    lines._row
from lines
inner join transactions on lines.transaction = transactions.transaction_id
left join items on {{ to_text('lines.item') }} = items.item_id
left join item_types on coalesce({{ to_text('lines.itemtype') }}, items.item_type) = item_types.item_type

with receipts as (

    select * from {{ ref('int_goods_receipts__unioned') }}

),

purchase_order_lines as (

    select * from {{ ref('fct_purchase_order_line') }}

),

purchase_orders as (

    select * from {{ ref('int_purchase_orders__unioned') }}

),

suppliers as (

    select * from {{ ref('dim_supplier') }}

),

products as (

    select * from {{ ref('int_products__versioned') }}

),

rates as (

    select * from {{ ref('int_currency_rates__daily') }}

),

joined as (

    select
        receipts.goods_receipt_key,
        {{ known_key('receipts.purchase_order_line_key') }} as purchase_order_line_key,
        {{ known_key('coalesce(receipts.purchase_order_key, purchase_order_lines.purchase_order_key)') }} as purchase_order_key,
        {{ known_key('suppliers.supplier_key') }} as supplier_key,
        {{ known_key('products.product_key') }} as product_key,
        {{ known_key('products.product_version_key') }} as product_version_key,
        receipts.received_on,
        coalesce(receipts.is_received_on_estimated, false) as is_received_on_estimated,
        purchase_order_lines.due_on,
        receipts.company_id,
        receipts.source_system,
        receipts.received_quantity,
        receipts.rejected_quantity,
        receipts.stocked_quantity,
        receipts.unit_code,
        cast(receipts.received_quantity * purchase_order_lines.unit_price as decimal(24, 8)) as received_amount,
        {{ known_currency('purchase_order_lines.currency_code') }} as currency_code,
        {{ exchange_rate('purchase_order_lines.currency_code', 'rates.rate') }} as exchange_rate
    from receipts
    left join purchase_orders on receipts.purchase_order_key = purchase_orders.purchase_order_key
    left join purchase_order_lines on receipts.purchase_order_line_key = purchase_order_lines.purchase_order_line_key
    left join suppliers on purchase_orders.supplier_key = suppliers.supplier_key
    left join products on {{ version_on('products', 'product_key', 'receipts.product_key', 'receipts.received_on') }}
    left join rates
        on purchase_order_lines.currency_code = rates.from_currency_code and receipts.received_on = rates.date_on
    where {{ is_live('receipts') }} and {{ is_live('purchase_orders') }}

)

select
    goods_receipt_key,
    purchase_order_line_key,
    purchase_order_key,
    supplier_key,
    product_key,
    product_version_key,
    received_on,
    is_received_on_estimated,
    {{ known_date_key('received_on') }} as date_key,
    due_on,
    {{ days_after_promise('received_on', 'due_on') }} as days_late,
    company_id,
    source_system,
    received_quantity,
    rejected_quantity,
    stocked_quantity,
    unit_code,
    received_amount,
    currency_code,
    {{ in_reporting_currency('received_amount', 'exchange_rate') }} as received_amount_reporting,
    {{ reporting_currency_code() }} as reporting_currency_code
from joined

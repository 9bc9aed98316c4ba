with lines as (

    select * from {{ ref('int_purchase_order_lines__unioned') }}

),

orders as (

    select * from {{ ref('int_purchase_orders__unioned') }}

),

receipts as (

    select * from {{ ref('int_goods_receipts__unioned') }}

),

offers as (

    select * from {{ newest_per_key('int_supplier_products__unioned', "supplier_key || '|' || product_key") }}

),

suppliers as (

    select * from {{ ref('dim_supplier') }}

),

carriers as (

    select * from {{ ref('dim_carrier') }}

),

products as (

    select * from {{ ref('int_products__versioned') }}

),

rates as (

    select * from {{ ref('int_currency_rates__daily') }}

),

line_receipts as (

    select
        purchase_order_line_key,
        min(received_on) as first_received_on,
        max(received_on) as last_received_on,
        sum(received_quantity) as received_quantity,
        sum(rejected_quantity) as rejected_quantity,
        sum(stocked_quantity) as stocked_quantity,
        max(case when is_received_on_estimated then 1 else 0 end) = 1 as is_received_on_estimated
    from receipts
    where {{ is_live() }} and (received_quantity > 0 or rejected_quantity > 0)
    group by purchase_order_line_key

),

-- The last day of which the purchasing data tell: lines that are still open are judged against it.
known_until as (

    select max(known_on) as known_until_on
    from (
        select max(ordered_on) as known_on from orders where ordered_on <= {{ latest_date() }}
        union all
        select max(received_on) as known_on from receipts where received_on <= {{ latest_date() }}
    ) as known

),

joined as (

    select
        lines.purchase_order_line_key,
        {{ known_key('lines.purchase_order_key') }} as purchase_order_key,
        lines.purchase_order_id,
        lines.line_number,
        orders.ordered_on,
        lines.due_on,
        orders.shipped_on,
        {{ known_key('suppliers.supplier_key') }} as supplier_key,
        {{ known_key('products.product_key') }} as product_key,
        {{ known_key('products.product_version_key') }} as product_version_key,
        {{ known_key('carriers.carrier_key') }} as carrier_key,
        lines.company_id,
        lines.source_system,
        coalesce(orders.status, 'unknown') as status,
        {{ known_currency('lines.currency_code') }} as currency_code,
        lines.ordered_quantity,
        cast(coalesce(lines.received_quantity, line_receipts.received_quantity, 0) as decimal(18, 4)) as received_quantity,
        cast(coalesce(lines.rejected_quantity, line_receipts.rejected_quantity, 0) as decimal(18, 4)) as rejected_quantity,
        cast(coalesce(lines.stocked_quantity, line_receipts.stocked_quantity, 0) as decimal(18, 4)) as stocked_quantity,
        lines.unit_code,
        lines.unit_price,
        lines.net_amount,
        {{ exchange_rate('lines.currency_code', 'line_rates.rate') }} as exchange_rate,
        offers.standard_price,
        offers.currency_code as offer_currency_code,
        {{ exchange_rate('offers.currency_code', 'offer_rates.rate') }} as offer_exchange_rate,
        offers.lead_time_days as promised_lead_time_days,
        line_receipts.first_received_on,
        line_receipts.last_received_on,
        line_receipts.is_received_on_estimated,
        known_until.known_until_on
    from lines
    left join orders on lines.purchase_order_key = orders.purchase_order_key
    left join line_receipts on lines.purchase_order_line_key = line_receipts.purchase_order_line_key
    left join suppliers on orders.supplier_key = suppliers.supplier_key
    left join carriers on orders.carrier_key = carriers.carrier_key
    left join products on {{ version_on('products', 'product_key', 'lines.product_key', 'orders.ordered_on') }}
    left join offers on orders.supplier_key = offers.supplier_key and lines.product_key = offers.product_key
    left join rates as line_rates
        on lines.currency_code = line_rates.from_currency_code and orders.ordered_on = line_rates.date_on
    left join rates as offer_rates
        on offers.currency_code = offer_rates.from_currency_code and orders.ordered_on = offer_rates.date_on
    cross join known_until
    where {{ is_live('lines') }} and {{ is_live('orders') }}

),

-- A line is done on its last receipt, if everything came or nothing more is expected.
judged as (

    select
        *,
        {{ is_purchase_settled('status') }} as is_settled,
        case
            when received_quantity >= ordered_quantity or {{ is_purchase_settled('status') }} then last_received_on
        end as done_on
    from joined

)

select
    purchase_order_line_key,
    purchase_order_key,
    purchase_order_id,
    line_number,
    ordered_on,
    due_on,
    shipped_on,
    first_received_on,
    last_received_on,
    is_received_on_estimated,
    {{ known_date_key('ordered_on') }} as date_key,
    supplier_key,
    product_key,
    product_version_key,
    carrier_key,
    company_id,
    source_system,
    status,
    currency_code,
    {{ reporting_currency_code() }} as reporting_currency_code,
    ordered_quantity,
    received_quantity,
    rejected_quantity,
    stocked_quantity,
    {{ open_quantity('ordered_quantity', 'received_quantity', 'status') }} as open_quantity,
    unit_code,
    unit_price,
    {{ in_document_currency(
        'standard_price', 'offer_currency_code', 'offer_exchange_rate', 'currency_code', 'exchange_rate'
    ) }} as standard_price,
    net_amount,
    exchange_rate,
    {{ in_reporting_currency('net_amount', 'exchange_rate') }} as net_amount_reporting,
    promised_lead_time_days,
    {{ days_between('ordered_on', 'last_received_on') }} as lead_time_days,
    case
        when {{ counts_as_purchase('status') }} then {{ is_late('done_on', 'due_on', 'known_until_on') }}
    end as is_late,
    case
        when {{ counts_as_purchase('status') }}
            then {{ is_in_full('received_quantity', 'ordered_quantity', 'is_settled', 'due_on', 'known_until_on') }}
    end as is_in_full
from judged

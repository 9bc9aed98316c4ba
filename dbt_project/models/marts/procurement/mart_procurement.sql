with lines as (

    select * from {{ ref('fct_purchase_order_line') }}

),

suppliers as (

    select * from {{ ref('dim_supplier') }}

),

products as (

    select * from {{ ref('dim_product') }}

),

carriers as (

    select * from {{ ref('dim_carrier') }}

)

select
    lines.purchase_order_line_key,
    lines.purchase_order_key,
    lines.purchase_order_id,
    lines.line_number,
    lines.supplier_key,
    suppliers.supplier_name,
    lines.product_key,
    products.product_name,
    products.sku,
    products.category_name,
    carriers.carrier_name,
    lines.company_id,
    lines.source_system,
    lines.ordered_on,
    lines.due_on,
    lines.shipped_on,
    lines.last_received_on,
    lines.is_received_on_estimated,
    lines.status,
    lines.ordered_quantity,
    lines.received_quantity,
    lines.rejected_quantity,
    lines.stocked_quantity,
    lines.open_quantity,
    lines.unit_code,
    lines.unit_price,
    lines.standard_price,
    {{ in_reporting_currency(
        price_variance('lines.unit_price', 'lines.standard_price', 'lines.ordered_quantity'), 'lines.exchange_rate'
    ) }} as price_variance_amount_reporting,
    lines.promised_lead_time_days,
    lines.lead_time_days,
    lines.lead_time_days - lines.promised_lead_time_days as lead_time_variance_days,
    {{ rejection_rate('lines.rejected_quantity', 'lines.received_quantity') }} as rejection_rate,
    lines.is_late,
    lines.is_in_full,
    lines.net_amount,
    lines.currency_code,
    lines.net_amount_reporting,
    {{ in_reporting_currency(
        'lines.standard_price * lines.ordered_quantity', 'lines.exchange_rate'
    ) }} as standard_amount_reporting,
    lines.reporting_currency_code
from lines
inner join suppliers on lines.supplier_key = suppliers.supplier_key
inner join products on lines.product_version_key = products.product_version_key
inner join carriers on lines.carrier_key = carriers.carrier_key

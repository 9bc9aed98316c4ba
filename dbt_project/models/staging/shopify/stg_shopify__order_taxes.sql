-- Taxes of lines, and of the freight; those of the freight belong to no line.
with tax_lines as (

    select * from {{ raw_rows('shopify', 'tax_line') }}

),

shipping_taxes as (

    select * from {{ raw_rows('shopify', 'order_shipping_tax_line') }}

),

shipping_lines as (

    select * from {{ raw_rows('shopify', 'order_shipping_line') }}

),

order_lines as (

    select * from {{ raw_rows('shopify', 'order_line') }}

),

orders as (

    select * from {{ ref('base_shopify__orders') }}

),

taxes as (

    select
        tax_lines.order_line_id || '-' || tax_lines.index as tax_id,
        tax_lines.order_line_id,
        order_lines.order_id,
        tax_lines.title,
        tax_lines.rate,
        tax_lines.price,
        tax_lines.price_set,
        tax_lines.fivetran_synced,
        tax_lines._load_id,
        tax_lines._file,
        tax_lines._row
    from tax_lines
    left join order_lines on tax_lines.order_line_id = order_lines.id

    union all

    select
        'shipping-' || shipping_taxes.order_shipping_line_id || '-' || shipping_taxes.index as tax_id,
        cast(null as varchar) as order_line_id,
        shipping_lines.order_id,
        shipping_taxes.title,
        shipping_taxes.rate,
        shipping_taxes.price,
        shipping_taxes.price_set,
        shipping_taxes.fivetran_synced,
        shipping_taxes._load_id,
        shipping_taxes._file,
        shipping_taxes._row
    from shipping_taxes
    left join shipping_lines on shipping_taxes.order_shipping_line_id = shipping_lines.id

)

select
    {{ entity_key('order_tax', 'shopify', 'taxes.tax_id') }} as order_tax_key,
    {{ entity_key('order', 'shopify', 'orders.order_number') }} as order_key,
    {{ entity_key('order_line', 'shopify', to_text('taxes.order_line_id')) }} as order_line_key,
    {{ to_text('taxes.title') }} as tax_name,
    orders.country_code as tax_country_code,
    {{ to_decimal('taxes.rate', 6, 9) }} as tax_rate,
    {{ shopify_document_money('taxes.price_set', 'taxes.price', 'orders') }} as tax_amount,
    orders.currency_code,
    {{ origin_columns(
        'shopify', 'taxes.tax_id', to_timestamp('taxes.fivetran_synced'), 'coalesce(orders.is_deleted, false)', origin='taxes'
    ) }}
from taxes
left join orders on {{ to_text('taxes.order_id') }} = orders.shopify_order_id
where not coalesce(orders.is_test, false)

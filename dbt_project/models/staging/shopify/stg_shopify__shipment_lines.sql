-- What was in each fulfilment. An order without such rows and with one fulfilment left whole: its fulfilled lines
-- were in it.
with fulfillment_lines as (

    select * from {{ raw_rows('shopify', 'fulfillment_order_line') }}

),

raw_order_lines as (

    select * from {{ raw_rows('shopify', 'order_line') }}

),

order_lines as (

    select * from {{ ref('base_shopify__order_lines') }}

),

fulfillments as (

    select * from {{ ref('base_shopify__fulfillments') }}

),

told as (

    select
        {{ to_text('fulfillment_id') }} as fulfillment_id,
        {{ to_text('order_line_id') }} as shopify_line_id,
        {{ to_decimal('quantity') }} as quantity,
        {{ to_timestamp('fivetran_synced') }} as synced_at,
        _load_id,
        _file,
        _row
    from fulfillment_lines

),

single_fulfillments as (

    select
        shopify_order_id,
        max(fulfillment_id) as fulfillment_id
    from fulfillments
    where status <> 'cancelled'
    group by shopify_order_id
    having count(*) = 1

),

untold as (

    select
        single_fulfillments.fulfillment_id,
        order_lines.shopify_line_id,
        order_lines.quantity,
        order_lines.synced_at,
        order_lines._load_id,
        order_lines._file,
        order_lines._row
    from single_fulfillments
    inner join order_lines on single_fulfillments.shopify_order_id = order_lines.shopify_order_id
    inner join raw_order_lines
        on
            order_lines.shopify_line_id = {{ to_text('raw_order_lines.id') }}
            and lower({{ to_text('raw_order_lines.fulfillment_status') }}) = 'fulfilled'
    where
        not exists (
            select 1
            from told
            where told.fulfillment_id = single_fulfillments.fulfillment_id
        )

),

shipped as (

    select
        fulfillment_id,
        shopify_line_id,
        quantity,
        synced_at,
        _load_id,
        _file,
        _row
    from told

    union all

    select
        fulfillment_id,
        shopify_line_id,
        quantity,
        synced_at,
        _load_id,
        _file,
        _row
    from untold

)

select
    {{ entity_key('shipment_line', 'shopify', ['shipped.fulfillment_id', 'shipped.shopify_line_id']) }}
        as shipment_line_key,
    fulfillments.shipment_key,
    {{ entity_key('order_line', 'shopify', 'shipped.shopify_line_id') }} as order_line_key,
    cast(null as varchar) as purchase_order_line_key,
    {{ entity_key('product', 'shopify', 'order_lines.sku') }} as product_key,
    shipped.quantity,
    'EA' as unit_code,
    {{ origin_columns(
        'shopify', "shipped.fulfillment_id || '-' || shipped.shopify_line_id", 'shipped.synced_at', 'fulfillments.is_deleted',
        origin='shipped'
    ) }}
from shipped
inner join fulfillments on shipped.fulfillment_id = fulfillments.fulfillment_id
left join order_lines on shipped.shopify_line_id = order_lines.shopify_line_id

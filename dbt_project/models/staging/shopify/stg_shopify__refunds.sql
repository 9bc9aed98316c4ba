-- A refund is its lines and its adjustments: freight that was given back, and what was added (negative in Shopify)
-- or held back by hand.
with refunds as (

    select * from {{ raw_rows('shopify', 'refund') }}

),

adjustments as (

    select * from {{ raw_rows('shopify', 'order_adjustment') }}

),

refund_lines as (

    select * from {{ ref('base_shopify__refund_lines') }}

),

orders as (

    select * from {{ ref('base_shopify__orders') }}

),

reasons as (

    select * from {{ ref('shopify__return_reason') }}

),

goods as (

    select
        refund_id,
        sum(net_amount) as goods_amount,
        sum(tax_amount) as tax_amount
    from refund_lines
    group by refund_id

),

-- The tax of an adjustment comes on top of its amount, in every shop.
typed_adjustments as (

    select
        adjustments.refund_id,
        lower({{ to_text('adjustments.kind') }}) = 'shipping_refund' as is_freight,
        -{{ shopify_document_money('adjustments.amount_set', 'adjustments.amount', 'orders') }} as amount,
        -coalesce({{ shopify_document_money('adjustments.tax_amount_set', 'adjustments.tax_amount', 'orders') }}, 0)
            as tax_amount
    from adjustments
    inner join refunds on adjustments.refund_id = refunds.id
    inner join orders on {{ to_text('refunds.order_id') }} = orders.shopify_order_id

),

adjusted as (

    select
        refund_id,
        sum(case when is_freight then amount else 0 end) as freight_amount,
        sum(case when is_freight then 0 else amount end) as adjustment_amount,
        sum(tax_amount) as tax_amount
    from typed_adjustments
    group by refund_id

),

totalled as (

    select
        refunds.*,
        orders.order_number,
        orders.currency_code,
        coalesce(orders.is_deleted, false) as is_deleted,
        coalesce({{ to_timestamp('refunds.processed_at') }}, {{ to_timestamp('refunds.created_at') }}) as refunded_at,
        case
            when {{ to_text('refunds.note') }} is not null then coalesce(reasons.reason, 'unknown_stated')
        end as reason,
        cast(coalesce(goods.goods_amount, 0) as decimal(24, 8)) as goods_amount,
        cast(coalesce(goods.tax_amount, 0) + coalesce(adjusted.tax_amount, 0) as decimal(24, 8)) as tax_amount,
        cast(coalesce(adjusted.freight_amount, 0) as decimal(24, 8)) as freight_amount,
        cast(coalesce(adjusted.adjustment_amount, 0) as decimal(24, 8)) as adjustment_amount
    from refunds
    left join orders on {{ to_text('refunds.order_id') }} = orders.shopify_order_id
    left join goods on {{ to_text('refunds.id') }} = goods.refund_id
    left join adjusted on refunds.id = adjusted.refund_id
    left join reasons on lower({{ to_text('refunds.note') }}) = reasons.note
    where not coalesce(orders.is_test, false)

)

-- The order's name is looked up for a row of totalled, which has to be named there and only there.
-- noqa: disable=RF03
select
    {{ entity_key('refund', 'shopify', 'id') }} as refund_key,
    {{ to_text('id') }} as refund_id,
    {{ entity_key('order', 'shopify', shopify_order_named('order_id', 'totalled')) }} as order_key,
    refunded_at,
    cast(refunded_at as date) as refunded_on,
    reason,
    goods_amount,
    tax_amount,
    freight_amount,
    adjustment_amount,
    cast(goods_amount + tax_amount + freight_amount + adjustment_amount as decimal(24, 8)) as total_amount,
    currency_code,
    {{ origin_columns('shopify', 'id', to_timestamp('fivetran_synced'), 'is_deleted') }}
from totalled

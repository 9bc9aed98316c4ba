-- Orders with both sides of their money, their status and what is needed of their parcels. Test orders are still
-- here, marked, so that what hangs on them can be left out too.
with orders as (

    select * from {{ raw_rows('shopify', 'order') }}

),

shipping_lines as (

    select * from {{ raw_rows('shopify', 'order_shipping_line') }}

),

shipping_taxes as (

    select * from {{ raw_rows('shopify', 'order_shipping_tax_line') }}

),

fulfillments as (

    select * from {{ raw_rows('shopify', 'fulfillment') }}

),

fulfillment_events as (

    select * from {{ raw_rows('shopify', 'fulfillment_event') }}

),

statuses as (

    select * from {{ ref('shopify__order_status') }}

),

typed_orders as (

    select
        *,
        {{ to_text('id') }} as shopify_order_id,
        -- What the customer saw and paid with, if the export tells the amounts in it.
        coalesce(
            upper({{ json_text('total_price_set', 'presentment_money.currency_code') }}),
            upper({{ to_text('currency') }})
        ) as currency_code,
        upper({{ to_text('currency') }}) as shop_currency_code,
        coalesce({{ to_boolean('taxes_included') }}, false) as is_tax_included,
        coalesce({{ to_boolean('test') }}, false) as is_test,
        case
            when {{ to_timestamp('cancelled_at') }} is not null then 'cancelled'
            else
                coalesce(lower({{ to_text('financial_status') }}), 'none')
                || '/' || coalesce(lower({{ to_text('fulfillment_status') }}), 'unfulfilled')
        end as status_raw
    from orders

),

shipping_tax_totals as (

    select
        shipping_taxes.order_shipping_line_id,
        sum({{ shopify_document_money('shipping_taxes.price_set', 'shipping_taxes.price', 'typed_orders') }})
            as tax_amount,
        sum({{ shopify_shop_money('shipping_taxes.price_set', 'shipping_taxes.price') }}) as shop_tax_amount
    from shipping_taxes
    inner join shipping_lines on shipping_taxes.order_shipping_line_id = shipping_lines.id
    inner join typed_orders on shipping_lines.order_id = typed_orders.id
    group by shipping_taxes.order_shipping_line_id

),

freight as (

    select
        shipping_lines.order_id,
        sum(
            coalesce(
                {{ shopify_document_money(
                    'shipping_lines.discounted_price_set', 'shipping_lines.discounted_price', 'typed_orders'
                ) }},
                {{ shopify_document_money('shipping_lines.price_set', 'shipping_lines.price', 'typed_orders') }}
            )
            - case when typed_orders.is_tax_included then coalesce(shipping_tax_totals.tax_amount, 0) else 0 end
        ) as freight_amount,
        sum(
            coalesce(
                {{ shopify_shop_money('shipping_lines.discounted_price_set', 'shipping_lines.discounted_price') }},
                {{ shopify_shop_money('shipping_lines.price_set', 'shipping_lines.price') }}
            )
            - case when typed_orders.is_tax_included then coalesce(shipping_tax_totals.shop_tax_amount, 0) else 0 end
        ) as shop_freight_amount
    from shipping_lines
    inner join typed_orders on shipping_lines.order_id = typed_orders.id
    left join shipping_tax_totals on shipping_lines.id = shipping_tax_totals.order_shipping_line_id
    group by shipping_lines.order_id

),

deliveries as (

    select fulfillment_id
    from fulfillment_events
    where lower({{ to_text('status') }}) = 'delivered' and not {{ fivetran_is_deleted() }}
    group by fulfillment_id

),

parcels as (

    select
        fulfillments.order_id,
        min({{ to_date('fulfillments.created_at') }}) as shipped_on,
        min(
            case
                when lower({{ to_text('fulfillments.shipment_status') }}) = 'delivered' then 1
                when deliveries.fulfillment_id is not null then 1
                else 0
            end
        ) = 1 as are_delivered
    from fulfillments
    left join deliveries on fulfillments.id = deliveries.fulfillment_id
    where lower({{ to_text('fulfillments.status') }}) = 'success'
    group by fulfillments.order_id

),

amounts as (

    select
        typed_orders.shopify_order_id,
        {{ shopify_document_money('total_tax_set', 'total_tax', 'typed_orders') }} as tax_amount,
        {{ shopify_shop_money('total_tax_set', 'total_tax') }} as shop_tax_amount,
        {{ shopify_document_money('total_price_set', 'total_price', 'typed_orders') }} as total_amount,
        {{ shopify_shop_money('total_price_set', 'total_price') }} as shop_total_amount,
        try_cast({{ json_text('total_shipping_price_set', 'presentment_money.amount') }} as decimal(24, 8))
            as shipping_amount,
        try_cast({{ json_text('total_shipping_price_set', 'shop_money.amount') }} as decimal(24, 8))
            as shop_shipping_amount,
        -- What of the total is neither goods nor tax nor tip: the freight of exports that hold no shipping lines.
        {{ to_decimal('total_price', 8, 24) }} - {{ to_decimal('subtotal_price', 8, 24) }}
        - case when typed_orders.is_tax_included then 0 else coalesce({{ to_decimal('total_tax', 8, 24) }}, 0) end
        - coalesce({{ to_decimal('total_tip_received', 8, 24) }}, 0) as shop_remainder_amount
    from typed_orders

)

select
    typed_orders.shopify_order_id,
    coalesce({{ digits(to_text('typed_orders.order_number')) }}, {{ digits(to_text('typed_orders.name')) }})
        as order_number,
    typed_orders.is_test,
    {{ fivetran_is_deleted('typed_orders') }} as is_deleted,
    {{ to_text('typed_orders.customer_id') }} as customer_id,
    lower({{ to_text('typed_orders.email') }}) as email,
    -- Somebody who ordered without an account, known by the e-mail address only.
    case
        when {{ to_text('typed_orders.customer_id') }} is null
            then 'guest-' || md5(lower({{ to_text('typed_orders.email') }}))
    end as guest_id,
    lower({{ to_text('typed_orders.source_name') }}) as source_name,
    -- An order whose creation cannot be read is damaged: without a moment it goes to quarantine.
    case
        when {{ to_text('typed_orders.created_at') }} is null or {{ to_timestamp('typed_orders.created_at') }} is not null
            then coalesce({{ to_timestamp('typed_orders.processed_at') }}, {{ to_timestamp('typed_orders.created_at') }})
    end as ordered_at,
    parcels.shipped_on,
    typed_orders.status_raw,
    case
        when statuses.status = 'shipped' and coalesce(parcels.are_delivered, false) then 'delivered'
        else statuses.status
    end as status,
    typed_orders.is_tax_included,
    typed_orders.currency_code,
    amounts.tax_amount,
    coalesce(
        freight.freight_amount,
        amounts.shipping_amount,
        case when typed_orders.currency_code = typed_orders.shop_currency_code then amounts.shop_remainder_amount end
    ) as freight_amount,
    amounts.total_amount,
    typed_orders.shop_currency_code,
    amounts.shop_tax_amount,
    coalesce(freight.shop_freight_amount, amounts.shop_shipping_amount, amounts.shop_remainder_amount)
        as shop_freight_amount,
    amounts.shop_total_amount,
    {{ to_text('typed_orders.customer_locale') }} as customer_locale,
    {{ to_boolean('typed_orders.buyer_accepts_marketing') }} as is_marketing_accepted,
    {{ shopify_destination('first_name', 'typed_orders') }} as first_name,
    {{ shopify_destination('last_name', 'typed_orders') }} as last_name,
    {{ shopify_destination('phone', 'typed_orders') }} as phone,
    {{ shopify_destination('address_1', 'typed_orders') }} as address_line_1,
    {{ shopify_destination('address_2', 'typed_orders') }} as address_line_2,
    {{ shopify_destination('city', 'typed_orders') }} as city,
    {{ shopify_destination('zip', 'typed_orders') }} as postal_code,
    upper({{ shopify_destination('province_code', 'typed_orders') }}) as region_code,
    {{ shopify_destination('province', 'typed_orders') }} as region_name,
    upper({{ shopify_destination('country_code', 'typed_orders') }}) as country_code,
    {{ to_timestamp('typed_orders.updated_at') }} as updated_at,
    typed_orders._load_id,
    typed_orders._file,
    typed_orders._row
from typed_orders
inner join amounts on typed_orders.shopify_order_id = amounts.shopify_order_id
left join freight on typed_orders.id = freight.order_id
left join parcels on typed_orders.id = parcels.order_id
left join statuses on typed_orders.status_raw = statuses.status_raw

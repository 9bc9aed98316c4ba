-- Lines of orders with their discounts and taxes, without the lines of test orders.
with lines as (

    select * from {{ raw_rows('shopify', 'order_line') }}

),

allocations as (

    select * from {{ raw_rows('shopify', 'discount_allocation') }}

),

tax_lines as (

    select * from {{ raw_rows('shopify', 'tax_line') }}

),

orders as (

    select * from {{ ref('base_shopify__orders') }}

),

owned_lines as (

    select
        lines.*,
        orders.order_number,
        orders.is_deleted,
        orders.is_tax_included,
        orders.currency_code,
        orders.shop_currency_code
    from lines
    left join orders on {{ to_text('lines.order_id') }} = orders.shopify_order_id
    where not coalesce(orders.is_test, false)

),

discounts as (

    select
        allocations.order_line_id,
        sum(
            coalesce(
                {{ to_decimal('allocations.amount_set_presentment_money_amount', 8, 24) }},
                {{ shopify_document_money('allocations.amount_set', 'allocations.amount', 'owned_lines') }}
            )
        ) as amount,
        sum(
            coalesce(
                {{ to_decimal('allocations.amount_set_shop_money_amount', 8, 24) }},
                {{ shopify_shop_money('allocations.amount_set', 'allocations.amount') }}
            )
        ) as shop_amount
    from allocations
    inner join owned_lines on allocations.order_line_id = owned_lines.id
    group by allocations.order_line_id

),

taxes as (

    select
        tax_lines.order_line_id,
        sum({{ shopify_document_money('tax_lines.price_set', 'tax_lines.price', 'owned_lines') }}) as amount,
        sum({{ shopify_shop_money('tax_lines.price_set', 'tax_lines.price') }}) as shop_amount,
        sum({{ to_decimal('tax_lines.rate', 6, 9) }}) as rate
    from tax_lines
    inner join owned_lines on tax_lines.order_line_id = owned_lines.id
    group by tax_lines.order_line_id

),

priced as (

    select
        owned_lines.*,
        {{ to_decimal('owned_lines.quantity') }} as units,
        {{ shopify_document_money('owned_lines.price_set', 'owned_lines.price', 'owned_lines') }} as shown_price,
        {{ shopify_shop_money('owned_lines.price_set', 'owned_lines.price') }} as shop_price,
        -- The shares in discounts of the order and of the line; without them the line's own discount.
        coalesce(
            discounts.amount,
            {{ shopify_document_money('owned_lines.total_discount_set', 'owned_lines.total_discount', 'owned_lines') }},
            0
        ) as shown_discount_amount,
        coalesce(
            discounts.shop_amount,
            {{ shopify_shop_money('owned_lines.total_discount_set', 'owned_lines.total_discount') }},
            0
        ) as shop_discount_amount,
        coalesce(taxes.amount, 0) as tax_amount,
        coalesce(taxes.shop_amount, 0) as shop_tax_amount,
        coalesce(taxes.rate, 0) as tax_rate
    from owned_lines
    left join discounts on owned_lines.id = discounts.order_line_id
    left join taxes on owned_lines.id = taxes.order_line_id

),

shown as (

    select
        *,
        cast(units * shown_price as decimal(24, 8)) as shown_gross_amount,
        cast(units * shown_price as decimal(24, 8)) - shown_discount_amount as shown_net_amount,
        cast(units * shop_price as decimal(24, 8)) - shop_discount_amount as shop_shown_net_amount
    from priced

),

-- Without tax: the net amount is exact; gross is scaled from it by the discount, so that gross less discount is net.
untaxed as (

    select
        *,
        shown_net_amount - case when is_tax_included then tax_amount else 0 end as net_amount,
        shop_shown_net_amount - case when is_tax_included then shop_tax_amount else 0 end as shop_net_amount
    from shown

),

grossed as (

    select
        *,
        case
            when not coalesce(is_tax_included, false) then shown_gross_amount
            when shown_discount_amount = 0 then net_amount
            when shown_net_amount = 0 then cast(shown_gross_amount / (1 + tax_rate) as decimal(24, 8))
            else cast(shown_gross_amount * net_amount / shown_net_amount as decimal(24, 8))
        end as gross_amount
    from untaxed

)

select
    {{ to_text('id') }} as shopify_line_id,
    {{ to_text('order_id') }} as shopify_order_id,
    order_number,
    {{ to_integer('index') }} as line_index,
    coalesce({{ shopify_sku('sku', 'variant_id') }}, 'shopify-line-' || {{ to_text('id') }}) as sku,
    units as quantity,
    is_tax_included,
    currency_code,
    cast(gross_amount / nullif(units, 0) as decimal(18, 4)) as unit_price,
    cast(gross_amount as decimal(24, 8)) as gross_amount,
    cast(gross_amount - net_amount as decimal(24, 8)) as discount_amount,
    cast(net_amount as decimal(24, 8)) as net_amount,
    cast(tax_amount as decimal(24, 8)) as tax_amount,
    shop_currency_code,
    cast(shop_net_amount as decimal(24, 8)) as shop_net_amount,
    cast(shop_tax_amount as decimal(24, 8)) as shop_tax_amount,
    coalesce(is_deleted, false) as is_deleted,
    {{ to_timestamp('fivetran_synced') }} as synced_at,
    _load_id,
    _file,
    _row
from grossed

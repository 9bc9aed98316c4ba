-- Transactions, without those that only tried a gateway out. Amounts are those of the transaction's own currency.
with transactions as (

    select * from {{ raw_rows('shopify', 'transaction') }}

),

orders as (

    select * from {{ ref('base_shopify__orders') }}

),

kinds as (

    select * from {{ ref('shopify__payment_kind') }}

),

statuses as (

    select * from {{ ref('shopify__payment_status') }}

),

gateways as (

    select * from {{ ref('shopify__gateway') }}

),

typed as (

    select
        *,
        coalesce({{ to_timestamp('processed_at') }}, {{ to_timestamp('created_at') }}) as paid_at
    from transactions
    where not coalesce({{ to_boolean('test') }}, false)

)

select
    {{ entity_key('payment', 'shopify', 'typed.id') }} as payment_key,
    {{ to_text('typed.id') }} as payment_id,
    {{ entity_key('order', 'shopify', shopify_order_named('typed.order_id')) }} as order_key,
    cast(null as varchar) as invoice_id,
    kinds.payment_type,
    {{ to_text('typed.status') }} as status_raw,
    statuses.status,
    typed.paid_at,
    cast(typed.paid_at as date) as paid_on,
    {{ to_text('typed.gateway') }} as gateway,
    case
        when {{ to_text('typed.payment_credit_card_company') }} is not null then 'card'
        else gateways.payment_method
    end as payment_method,
    {{ to_decimal('typed.amount', 8, 24) }} as amount,
    coalesce(upper({{ to_text('typed.currency') }}), orders.shop_currency_code) as currency_code,
    {{ origin_columns(
        'shopify', 'typed.id', to_timestamp('typed.fivetran_synced'), 'coalesce(orders.is_deleted, false)', origin='typed'
    ) }}
from typed
left join orders on {{ to_text('typed.order_id') }} = orders.shopify_order_id
left join kinds on lower({{ to_text('typed.kind') }}) = kinds.kind
left join statuses on lower({{ to_text('typed.status') }}) = statuses.status_raw
left join gateways on lower({{ to_text('typed.gateway') }}) = gateways.gateway
where not coalesce(orders.is_test, false)

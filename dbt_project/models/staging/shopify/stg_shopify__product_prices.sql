-- Shopify keeps no history of prices, the deliveries do: a price that differs from the delivery before holds from
-- the day of its export.
with variant_deliveries as (

    select * from {{ raw_rows('shopify', 'product_variant', keep='all') }}

),

item_deliveries as (

    select * from {{ raw_rows('shopify', 'inventory_item', keep='all') }}

),

shops as (

    select * from {{ raw_rows('shopify', 'shop') }}

),

orders as (

    select * from {{ raw_rows('shopify', 'order') }}

),

variants as (

    select * from {{ ref('base_shopify__variants') }}

),

shop_currency as (

    select coalesce(
        (select max(upper({{ to_text('currency') }})) from shops),
        (select max(upper({{ to_text('currency') }})) from orders)
    ) as currency_code

),

prices as (

    select
        'list' as price_type,
        variants.sku,
        variants.variant_id,
        {{ to_decimal('variant_deliveries.price') }} as amount,
        shop_currency.currency_code,
        {{ to_timestamp('variant_deliveries.created_at') }} as created_at,
        {{ to_timestamp('variant_deliveries.updated_at') }} as updated_at,
        variant_deliveries._exported_on,
        variant_deliveries._load_id,
        variant_deliveries._file,
        variant_deliveries._row
    from variant_deliveries
    inner join variants on {{ to_text('variant_deliveries.id') }} = variants.variant_id
    cross join shop_currency
    where variants.is_first_of_sku and {{ to_decimal('variant_deliveries.price') }} is not null

    union all

    select
        'standard_cost' as price_type,
        variants.sku,
        variants.variant_id,
        coalesce({{ to_decimal('item_deliveries.unit_cost_amount') }}, {{ to_decimal('item_deliveries.cost') }})
            as amount,
        coalesce(upper({{ to_text('item_deliveries.unit_cost_currency_code') }}), shop_currency.currency_code)
            as currency_code,
        {{ to_timestamp('item_deliveries.created_at') }} as created_at,
        {{ to_timestamp('item_deliveries.updated_at') }} as updated_at,
        item_deliveries._exported_on,
        item_deliveries._load_id,
        item_deliveries._file,
        item_deliveries._row
    from item_deliveries
    inner join variants on {{ to_text('item_deliveries.id') }} = variants.inventory_item_id
    cross join shop_currency
    where
        variants.is_first_of_sku
        and (
            {{ to_decimal('item_deliveries.unit_cost_amount') }} is not null
            or {{ to_decimal('item_deliveries.cost') }} is not null
        )

),

compared as (

    select
        *,
        lag(amount) over (partition by price_type, sku order by _load_id, _row) as earlier_amount,
        lag(currency_code) over (partition by price_type, sku order by _load_id, _row) as earlier_currency_code
    from prices

),

-- The first price that is known holds since the variant was made.
changes as (

    select
        *,
        case
            when earlier_amount is null then least(coalesce(cast(created_at as date), _exported_on), _exported_on)
            else _exported_on
        end as valid_from
    from compared
    where earlier_amount is null or earlier_amount <> amount or earlier_currency_code <> currency_code

),

-- Of two changes on one day the later holds.
intervals as (

    select
        *,
        lead(valid_from) over (partition by price_type, sku order by valid_from) as valid_to
    from changes
    qualify row_number() over (partition by price_type, sku, valid_from order by _load_id desc, _row desc) = 1

)

select
    {{ entity_key('product_price', 'shopify', ['price_type', 'sku', 'valid_from']) }} as product_price_key,
    {{ entity_key('product', 'shopify', 'sku') }} as product_key,
    price_type,
    valid_from,
    valid_to,
    amount,
    currency_code,
    {{ origin_columns('shopify', "price_type || '-' || variant_id || '-' || valid_from", 'updated_at') }}
from intervals

-- Lines of goods and services with what their sale says. An order that a shop handed over is the shop's: it has the shop's
-- order number in its key, and is left to the shop to offer.
with lines as (

    select * from {{ raw_rows('tryton', 'sale_line') }}

),

sales as (

    select * from {{ raw_rows('tryton', 'sale_sale') }}

),

currencies as (

    select * from {{ raw_rows('tryton', 'currency_currency') }}

),

units as (

    select * from {{ raw_rows('tryton', 'product_uom') }}

),

lines_with_prices as (

    select
        lines.id as line_id,
        lines.sale as sale_id,
        lines.product as product_id,
        case
            when {{ to_text('sales.web_shop') }} is null then 'tryton-' || sales.id
            else {{ digits('sales.reference') }}
        end as order_identifier,
        {{ tryton_identifier('sales.number', 'sales.id') }} as order_number,
        {{ to_text('sales.web_shop') }} is not null as is_of_shop,
        {{ to_text('sales.state') }} as sale_state,
        {{ tryton_was_agreed('sales') }} as is_agreed,
        {{ to_text('sales.origin') }} as sale_origin,
        coalesce({{ to_date('sales.sale_date') }}, {{ to_date('sales.quotation_date') }}) as sold_on,
        row_number() over (
            partition by lines.sale
            order by {{ to_integer('lines.sequence') }} nulls last, {{ to_integer('lines.id') }}
        ) as line_number,
        {{ to_decimal('lines.quantity') }} as quantity,
        {{ to_decimal('lines.unit_price') }} as unit_price,
        cast({{ to_decimal('lines.quantity') }} * {{ to_decimal('lines.unit_price') }} as decimal(24, 8)) as exact_amount,
        nullif({{ to_decimal('currencies.rounding', 8) }}, 0) as rounding_step,
        {{ to_text('units.symbol') }} as unit_code,
        {{ to_text('currencies.code') }} as currency_code,
        {{ tryton_updated_at('lines') }} as updated_at,
        {{ is_gone('lines') }} as is_deleted,
        lines._load_id,
        lines._file,
        lines._row
    from lines
    left join sales on lines.sale = sales.id
    left join currencies on sales.currency = currencies.id
    left join units on lines.unit = units.id
    where {{ to_text('lines.type') }} = 'line'

)

select
    line_id,
    sale_id,
    product_id,
    order_identifier,
    order_number,
    is_of_shop,
    sale_state,
    is_agreed,
    sale_origin,
    sold_on,
    line_number,
    quantity,
    unit_price,
    {{ tryton_rounded('exact_amount', 'rounding_step') }} as amount,
    unit_code,
    currency_code,
    updated_at,
    is_deleted,
    _load_id,
    _file,
    _row
from lines_with_prices

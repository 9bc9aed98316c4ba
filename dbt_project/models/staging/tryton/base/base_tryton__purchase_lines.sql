with lines as (

    select * from {{ raw_rows('tryton', 'purchase_line') }}

),

purchases as (

    select * from {{ raw_rows('tryton', 'purchase_purchase') }}

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
        lines.purchase as purchase_id,
        {{ tryton_identifier('purchases.number', 'purchases.id') }} as purchase_number,
        lines.product as product_id,
        -- Numbered as people see them; lines that only bear text are not counted.
        row_number() over (
            partition by lines.purchase
            order by {{ to_integer('lines.sequence') }} nulls last, {{ to_integer('lines.id') }}
        ) as line_number,
        coalesce(
            case when {{ to_boolean('lines.delivery_date_edit') }} then {{ to_date('lines.delivery_date_store') }} end,
            {{ to_date('purchases.delivery_date') }},
            {{ to_date('lines.delivery_date_store') }}
        ) as due_on,
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
    left join purchases on lines.purchase = purchases.id
    left join currencies on purchases.currency = currencies.id
    left join units on lines.unit = units.id
    where {{ to_text('lines.type') }} = 'line'

)

select
    line_id,
    purchase_id,
    purchase_number,
    product_id,
    line_number,
    due_on,
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

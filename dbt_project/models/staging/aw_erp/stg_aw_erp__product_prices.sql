with costs as (

    select * from {{ raw_rows('aw_erp', 'product_cost_history') }}

),

list_prices as (

    select * from {{ raw_rows('aw_erp', 'product_list_price_history') }}

),

prices as (

    select
        'standard_cost' as price_type,
        product_id,
        start_date,
        end_date,
        standard_cost as amount,
        modified_date,
        _load_id,
        _file,
        _row
    from costs

    union all

    select
        'list' as price_type,
        product_id,
        start_date,
        end_date,
        list_price as amount,
        modified_date,
        _load_id,
        _file,
        _row
    from list_prices

)

select
    {{ entity_key('product_price', 'aw_erp', ['price_type', 'product_id', 'start_date']) }} as product_price_key,
    {{ entity_key('product', 'aw_erp', 'product_id') }} as product_key,
    price_type,
    {{ to_date('start_date') }} as valid_from,
    -- The export's end dates are the last valid day.
    {{ to_date('end_date', 1) }} as valid_to,
    {{ to_decimal('amount') }} as amount,
    'USD' as currency_code,
    {{ origin_columns('aw_erp', "price_type || '-' || product_id || '-' || left(start_date, 10)", to_timestamp('modified_date')) }}
from prices

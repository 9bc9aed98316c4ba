-- Every delivery adds to the history of stock; of two that speak of one day the newer is right.
with deliveries as (

    select * from {{ raw_rows('aw_scm', 'product_inventory', keep='all') }}

),

stock as (

    select *
    from deliveries
    qualify row_number() over (partition by product_id, location_id, left(modified_date, 10) order by _load_id desc) = 1

)

select
    {{ entity_key('stock_level', 'aw_scm', ['product_id', 'location_id', 'left(modified_date, 10)']) }} as stock_level_key,
    {{ entity_key('product', 'aw_scm', 'product_id') }} as product_key,
    {{ entity_key('warehouse', 'aw_scm', 'location_id') }} as warehouse_key,
    {{ to_text('shelf') }} || '-' || {{ to_text('bin') }} as bin_code,
    -- The level was true when the row was last touched.
    {{ to_date('modified_date') }} as counted_on,
    {{ to_decimal('quantity') }} as quantity_on_hand,
    'EA' as unit_code,
    {{ origin_columns('aw_scm', "product_id || '-' || location_id || '@' || left(modified_date, 10)", to_timestamp('modified_date')) }}
from stock

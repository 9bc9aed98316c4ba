-- The export holds the orders of the web shop only, and does not name the channel.
with orders as (

    select * from {{ raw_rows('aw_erp', 'sales_order_header') }}

),

first_order as (

    select
        min(_load_id) as _load_id,
        min(_file) as _file,
        min(_row) as _row
    from orders

)

select
    {{ entity_key('channel', 'aw_erp', "'online'") }} as channel_key,
    'online' as channel_id,
    'Web shop' as channel_name,
    'online' as channel_type,
    {{ origin_columns('aw_erp', "'online'") }}
from first_order
where _load_id is not null

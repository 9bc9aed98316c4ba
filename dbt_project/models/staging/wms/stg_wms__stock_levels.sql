-- A snapshot names only what is there. A bin that was named the day before and is not any more is empty, which
-- canonical stock levels must say: without a row, the last level would be carried on for ever.
with stock as (

    select * from {{ raw_rows('wms', 'stock', keep='all') }}

),

-- A day may be delivered again, and the newest delivery of a warehouse's day is right.
newest as (

    select *
    from stock
    qualify _load_id = max(_load_id) over (partition by stock_on, warehouse_code)

),

bins as (

    select
        {{ to_text('warehouse_code') }} as warehouse_id,
        {{ to_text('location_code') }} as bin_code,
        {{ to_text('sku') }} as product_id,
        {{ to_date('stock_on') }} as counted_on,
        cast(sum({{ to_decimal('quantity_on_hand') }}) as decimal(18, 4)) as quantity_on_hand,
        max(_load_id) as _load_id,
        max(_file) as _file,
        min(_row) as _row
    from newest
    group by 1, 2, 3, 4

),

snapshot_days as (

    select distinct
        warehouse_id,
        counted_on
    from bins

),

following_days as (

    select
        warehouse_id,
        counted_on,
        lead(counted_on) over (partition by warehouse_id order by counted_on) as next_counted_on
    from snapshot_days

),

watched as (

    select
        bins.*,
        following_days.next_counted_on,
        lead(bins.counted_on) over (
            partition by bins.warehouse_id, bins.bin_code, bins.product_id
            order by bins.counted_on
        ) as next_named_on
    from bins
    left join following_days
        on bins.warehouse_id = following_days.warehouse_id and bins.counted_on = following_days.counted_on

),

levels as (

    select
        warehouse_id,
        bin_code,
        product_id,
        counted_on,
        quantity_on_hand,
        _load_id,
        _file,
        _row
    from watched

    union all

    select
        warehouse_id,
        bin_code,
        product_id,
        next_counted_on as counted_on,
        cast(0 as decimal(18, 4)) as quantity_on_hand,
        _load_id,
        _file,
        _row
    from watched
    where next_counted_on is not null and (next_named_on is null or next_named_on > next_counted_on)

)

select
    {{ entity_key('stock_level', 'wms', ['warehouse_id', 'bin_code', 'product_id', 'counted_on']) }} as stock_level_key,
    {{ entity_key('product', 'wms', 'product_id') }} as product_key,
    {{ entity_key('warehouse', 'wms', 'warehouse_id') }} as warehouse_key,
    bin_code,
    counted_on,
    quantity_on_hand,
    'EA' as unit_code,
    {{ origin_columns('wms', "warehouse_id || '-' || bin_code || '-' || product_id || '@' || counted_on") }}
from levels

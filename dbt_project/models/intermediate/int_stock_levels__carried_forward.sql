with levels as (

    select * from {{ ref('int_stock_levels__unioned') }}

),

bin_levels as (

    select
        product_key,
        warehouse_key,
        bin_code,
        source_system,
        counted_on,
        sum(quantity_on_hand) as quantity_on_hand,
        max(unit_code) as unit_code,
        max(company_id) as company_id
    from levels
    where {{ is_live() }} and counted_on between {{ earliest_date() }} and {{ latest_date() }}
    group by product_key, warehouse_key, bin_code, source_system, counted_on

),

-- Bins are counted on different days. What a count changes in its bin changes the stock of the place by as much.
bin_changes as (

    select
        product_key,
        warehouse_key,
        source_system,
        company_id,
        unit_code,
        counted_on,
        quantity_on_hand - coalesce(
            lag(quantity_on_hand) over (
                partition by product_key, warehouse_key, bin_code, source_system
                order by counted_on
            ), 0
        ) as quantity_change
    from bin_levels

),

place_changes as (

    select
        product_key,
        warehouse_key,
        counted_on,
        sum(quantity_change) as quantity_change,
        max(unit_code) as unit_code,
        max(source_system) as source_system,
        max(company_id) as company_id
    from bin_changes
    group by product_key, warehouse_key, counted_on

),

last_count as (

    select max(counted_on) as last_counted_on
    from place_changes

)

select
    place_changes.product_key,
    place_changes.warehouse_key,
    place_changes.company_id,
    place_changes.source_system,
    cast(
        sum(place_changes.quantity_change) over (
            partition by place_changes.product_key, place_changes.warehouse_key
            order by place_changes.counted_on
        ) as decimal(18, 4)
    ) as quantity_on_hand,
    place_changes.unit_code,
    place_changes.counted_on as holds_from,
    cast(
        coalesce(
            lead(place_changes.counted_on) over (
                partition by place_changes.product_key, place_changes.warehouse_key
                order by place_changes.counted_on
            ),
            {{ plus_days('last_count.last_counted_on', 1) }}
        ) as date
    ) as holds_to
from place_changes
cross join last_count

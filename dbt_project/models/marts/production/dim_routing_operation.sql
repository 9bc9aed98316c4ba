with routings as (

    select * from {{ ref('int_routing_operations__unioned') }}

),

operations as (

    select * from {{ ref('fct_production_operation') }}

),

work_centres as (

    select * from {{ ref('dim_work_centre') }}

),

products as (

    select distinct product_key from {{ ref('dim_product') }}

),

given as (

    select
        routings.routing_operation_key,
        {{ known_key('products.product_key') }} as product_key,
        routings.operation_sequence,
        routings.operation_name,
        {{ known_key('work_centres.work_centre_key') }} as work_centre_key,
        routings.setup_minutes,
        routings.standard_minutes,
        routings.yield_rate,
        routings.valid_from,
        routings.valid_to,
        routings.company_id,
        routings.source_system
    from routings
    left join products on routings.product_key = products.product_key
    left join work_centres on routings.work_centre_key = work_centres.work_centre_key
    where {{ is_live('routings') }}

),

-- Where no system names a routing, finished operations teach it: a straight line through their hours over their quantities.
sums as (

    select
        operations.product_key,
        operations.operation_sequence,
        operations.work_centre_key,
        count(*) as observations,
        avg(cast(operations.ordered_quantity as double)) as mean_quantity,
        avg(cast(operations.actual_hours as double)) as mean_hours,
        sum(cast(operations.ordered_quantity as double) * cast(operations.ordered_quantity as double)) as squares,
        sum(cast(operations.ordered_quantity as double) * cast(operations.actual_hours as double)) as products_of_both,
        min(operations.company_id) as company_id,
        min(operations.source_system) as source_system
    from operations
    left join given on operations.product_key = given.product_key
    where
        given.product_key is null
        and operations.actual_hours is not null
        and operations.ordered_quantity > 0
        and operations.product_key <> {{ unknown_key() }}
    group by operations.product_key, operations.operation_sequence, operations.work_centre_key

),

sloped as (

    select
        *,
        case
            when squares - observations * mean_quantity * mean_quantity > 0.000001
                then
                    (products_of_both - observations * mean_quantity * mean_hours)
                    / (squares - observations * mean_quantity * mean_quantity)
            else 0
        end as slope
    from sums

),

-- Neither part of the time can be negative: a line that says so becomes a time per lot, or per piece, alone.
lines as (

    select
        *,
        case
            when slope <= 0 then 0
            when slope * mean_quantity > mean_hours then mean_hours / mean_quantity
            else slope
        end as hours_per_piece
    from sloped

),

learned as (

    select
        md5('learned|' || product_key || '|' || cast(operation_sequence as varchar) || '|' || work_centre_key)
            as routing_operation_key,
        product_key,
        operation_sequence,
        work_centre_key,
        cast((mean_hours - hours_per_piece * mean_quantity) * 60 as decimal(18, 4)) as setup_minutes,
        cast(hours_per_piece * 60 as decimal(18, 4)) as standard_minutes,
        observations,
        company_id,
        source_system
    from lines
    -- A step that moved to another centre is planned where it is mostly done.
    qualify row_number() over (
        partition by product_key, operation_sequence
        order by observations desc, work_centre_key
    ) = 1

)

select
    routing_operation_key,
    product_key,
    operation_sequence,
    operation_name,
    work_centre_key,
    cast(coalesce(setup_minutes, 0) as decimal(18, 4)) as setup_minutes,
    cast(coalesce(standard_minutes, 0) as decimal(18, 4)) as standard_minutes,
    cast(coalesce(yield_rate, 1) as decimal(9, 6)) as yield_rate,
    valid_from,
    valid_to,
    false as is_learned,
    cast(0 as bigint) as observation_count,
    company_id,
    source_system
from given

union all

select
    routing_operation_key,
    product_key,
    operation_sequence,
    null as operation_name,
    work_centre_key,
    setup_minutes,
    standard_minutes,
    cast(1 as decimal(9, 6)) as yield_rate,
    null as valid_from,
    null as valid_to,
    true as is_learned,
    observations as observation_count,
    company_id,
    source_system
from learned

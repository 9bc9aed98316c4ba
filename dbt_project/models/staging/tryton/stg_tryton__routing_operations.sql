-- One row per product, routing and step. A step names a category of work centres; where that has one centre, it is the one.
with product_boms as (

    select * from {{ raw_rows('tryton', 'product_bom') }}

),

steps as (

    select * from {{ raw_rows('tryton', 'production_routing_step') }}

),

operations as (

    select * from {{ raw_rows('tryton', 'production_routing_operation') }}

),

centres as (

    select * from {{ raw_rows('tryton', 'production_work_center', 'live') }}

),

products as (

    select * from {{ ref('base_tryton__products') }}

),

only_centres as (

    select
        category as category_id,
        case when count(*) = 1 then min({{ to_text('name') }}) end as centre_name
    from centres
    where {{ to_text('category') }} is not null and coalesce({{ to_boolean('active') }}, true)
    group by category

),

-- Tryton takes the first bill of materials that a product names, and its routing.
first_boms as (

    select
        *,
        row_number() over (
            partition by product
            order by {{ is_gone() }}, {{ to_integer('sequence') }} nulls last, {{ to_integer('id') }}
        ) as preference
    from product_boms

)

select
    {{ entity_key('routing_operation', 'tryton', ['first_boms.id', 'steps.id']) }} as routing_operation_key,
    {{ entity_key('product', 'tryton', 'products.sku') }} as product_key,
    cast(row_number() over (
        partition by first_boms.id
        order by {{ to_integer('steps.sequence') }} nulls last, {{ to_integer('steps.id') }}
    ) as integer) as operation_sequence,
    {{ to_text('operations.name') }} as operation_name,
    {{ entity_key('work_centre', 'tryton', 'only_centres.centre_name') }} as work_centre_key,
    cast(null as decimal(18, 4)) as setup_minutes,
    cast(null as decimal(18, 4)) as standard_minutes,
    cast(null as decimal(9, 6)) as yield_rate,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to,
    {{ origin_columns(
        'tryton', "first_boms.id || '-' || steps.id", tryton_updated_at('steps'),
        is_gone('steps') ~ ' or ' ~ is_gone('first_boms'), 'steps'
    ) }}
from first_boms
inner join steps on first_boms.routing = steps.routing
left join operations on steps.operation = operations.id
left join products on first_boms.product = products.product_id
left join only_centres on operations.work_center_category = only_centres.category_id
where first_boms.preference = 1

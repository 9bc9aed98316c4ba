-- Hours and costs are those of the work cycles that are done. Cycles have no date of work: the moments at which the first was
-- entered and the last was finished stand for it.
with works as (

    select * from {{ raw_rows('tryton', 'production_work') }}

),

cycles as (

    select * from {{ raw_rows('tryton', 'production_work_cycle', 'live') }}

),

orders as (

    select * from {{ raw_rows('tryton', 'production') }}

),

products as (

    select * from {{ ref('base_tryton__products') }}

),

centres as (

    select * from {{ raw_rows('tryton', 'production_work_center') }}

),

centre_currencies as (

    select * from {{ ref('stg_tryton__work_centres') }}

),

worked as (

    select
        work as work_id,
        min({{ to_timestamp('create_date') }}) as started_at,
        max(case when {{ to_text('state') }} = 'done' then {{ tryton_updated_at('cycles') }} end) as ended_at,
        sum(case when {{ to_text('state') }} = 'done' then {{ duration_seconds(to_text('duration')) }} end) as seconds,
        sum(case when {{ to_text('state') }} = 'done' then {{ to_decimal('cost', 8, 24) }} end) as cost_amount
    from cycles
    where {{ to_text('state') }} <> 'cancelled'
    group by work

),

sequenced as (

    select
        works.*,
        {{ to_text('works.state') }} in ('finished', 'done') as is_finished,
        row_number() over (
            partition by works.production
            order by {{ to_integer('works.sequence') }} nulls last, {{ to_integer('works.id') }}
        ) as position
    from works

)

select
    {{ entity_key('production_operation', 'tryton', 'sequenced.id') }} as production_operation_key,
    {{ entity_key('production_order', 'tryton', tryton_identifier('orders.number', 'orders.id')) }} as production_order_key,
    {{ entity_key('product', 'tryton', 'products.sku') }} as product_key,
    {{ entity_key('work_centre', 'tryton', to_text('centres.name')) }} as work_centre_key,
    cast(sequenced.position as integer) as operation_sequence,
    -- A production that nobody has planned yet is due from the day on which it was entered.
    coalesce(
        {{ to_date('orders.planned_start_date') }},
        {{ to_date('orders.effective_start_date') }},
        cast({{ to_timestamp('orders.create_date') }} as date)
    ) as scheduled_start_on,
    {{ to_date('orders.planned_date') }} as scheduled_end_on,
    cast(worked.started_at as date) as actual_start_on,
    case when sequenced.is_finished then cast(worked.ended_at as date) end as actual_end_on,
    cast(coalesce(worked.seconds, 0) / 3600 as decimal(18, 4)) as actual_hours,
    cast(null as decimal(24, 8)) as planned_cost_amount,
    cast(coalesce(worked.cost_amount, 0) as decimal(24, 8)) as actual_cost_amount,
    centre_currencies.currency_code,
    {{ origin_columns('tryton', 'sequenced.id', tryton_updated_at('sequenced'), is_gone('sequenced'), 'sequenced') }}
from sequenced
left join orders on sequenced.production = orders.id
left join products on orders.product = products.product_id
left join centres on sequenced.work_center = centres.id
left join centre_currencies on centres.id = centre_currencies.source_id
left join worked on sequenced.id = worked.work_id

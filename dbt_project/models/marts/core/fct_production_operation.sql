with operations as (

    select * from {{ ref('int_production_operations__unioned') }}

),

orders as (

    select * from {{ ref('int_production_orders__unioned') }}

),

products as (

    select * from {{ ref('int_products__versioned') }}

),

work_centres as (

    select * from {{ ref('dim_work_centre') }}

),

rates as (

    select * from {{ ref('int_currency_rates__daily') }}

),

-- The last day of which production tells: what is still open is judged against it.
known_until as (

    select max(known_on) as known_until_on
    from (
        select max(actual_start_on) as known_on from operations where actual_start_on <= {{ latest_date() }}
        union all
        select max(actual_end_on) as known_on from operations where actual_end_on <= {{ latest_date() }}
    ) as known

),

joined as (

    select
        operations.production_operation_key,
        {{ known_key('operations.production_order_key') }} as production_order_key,
        orders.production_order_id,
        operations.operation_sequence,
        {{ known_key('products.product_key') }} as product_key,
        {{ known_key('products.product_version_key') }} as product_version_key,
        {{ known_key('work_centres.work_centre_key') }} as work_centre_key,
        operations.company_id,
        operations.source_system,
        operations.scheduled_start_on,
        operations.scheduled_end_on,
        operations.actual_start_on,
        operations.actual_end_on,
        orders.ordered_quantity,
        operations.actual_hours,
        operations.planned_cost_amount,
        operations.actual_cost_amount,
        {{ known_currency('operations.currency_code') }} as currency_code,
        {{ exchange_rate('operations.currency_code', 'rates.rate') }} as exchange_rate,
        known_until.known_until_on
    from operations
    left join orders on operations.production_order_key = orders.production_order_key
    left join products
        on {{ version_on(
            'products', 'product_key', 'operations.product_key', 'coalesce(operations.actual_start_on, operations.scheduled_start_on)'
        ) }}
    left join work_centres on operations.work_centre_key = work_centres.work_centre_key
    left join rates
        on
            operations.currency_code = rates.from_currency_code
            and coalesce(operations.actual_start_on, operations.scheduled_start_on) = rates.date_on
    cross join known_until
    where {{ is_live('operations') }} and {{ is_live('orders') }}

)

select
    production_operation_key,
    production_order_key,
    production_order_id,
    operation_sequence,
    product_key,
    product_version_key,
    work_centre_key,
    company_id,
    source_system,
    scheduled_start_on,
    scheduled_end_on,
    actual_start_on,
    actual_end_on,
    {{ known_date_key('actual_start_on') }} as date_key,
    ordered_quantity,
    actual_hours,
    planned_cost_amount,
    actual_cost_amount,
    cast(actual_cost_amount - planned_cost_amount as decimal(24, 8)) as cost_variance_amount,
    currency_code,
    {{ in_reporting_currency('actual_cost_amount', 'exchange_rate') }} as actual_cost_amount_reporting,
    {{ reporting_currency_code() }} as reporting_currency_code,
    {{ days_after_promise('actual_end_on', 'scheduled_end_on') }} as days_late,
    {{ is_late('actual_end_on', 'scheduled_end_on', 'known_until_on') }} as is_late,
    actual_end_on is not null as is_completed
from joined

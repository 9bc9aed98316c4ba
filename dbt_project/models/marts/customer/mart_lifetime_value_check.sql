with checks as (

    select * from {{ ref('int_lifetime_values__checked') }}

)

select
    model_name,
    model_version,
    decile,
    cast(calibrated_until as date) as calibrated_until,
    cast(horizon_days as integer) as horizon_days,
    cast(person_count as bigint) as person_count,
    cast(expected_active_persons as decimal(24, 6)) as expected_active_persons,
    cast(actual_active_persons as decimal(24, 6)) as actual_active_persons,
    cast(expected_orders as decimal(24, 6)) as expected_orders,
    cast(actual_orders as decimal(24, 6)) as actual_orders,
    cast(orders_bias as decimal(18, 6)) as orders_bias,
    cast(orders_mean_absolute_error as decimal(18, 6)) as orders_mean_absolute_error,
    cast(orders_rank_correlation as decimal(9, 6)) as orders_rank_correlation,
    cast(expected_value as decimal(24, 8)) as expected_value_reporting,
    cast(actual_value as decimal(24, 8)) as actual_value_reporting,
    cast(value_bias as decimal(18, 6)) as value_bias,
    cast(value_mean_absolute_error as decimal(24, 8)) as value_mean_absolute_error_reporting,
    cast(value_rank_correlation as decimal(9, 6)) as value_rank_correlation,
    reason,
    {{ reporting_currency_code() }} as reporting_currency_code
from checks

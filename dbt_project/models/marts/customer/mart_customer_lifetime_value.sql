with estimates as (

    select * from {{ ref('int_lifetime_values__estimated') }}

),

persons as (

    select * from {{ ref('dim_person') }}

)

select
    persons.person_key,
    cast(coalesce(estimates.repeat_order_days, 0) as integer) as repeat_order_days,
    cast(estimates.expected_orders_90_days as decimal(18, 6)) as expected_orders_90_days,
    cast(estimates.expected_orders_365_days as decimal(18, 6)) as expected_orders_365_days,
    cast(estimates.expected_order_amount as decimal(24, 8)) as expected_order_amount_reporting,
    cast(estimates.expected_value_90_days as decimal(24, 8)) as expected_value_90_days_reporting,
    cast(estimates.expected_value_365_days as decimal(24, 8)) as expected_value_365_days_reporting,
    cast(estimates.probability_alive as decimal(9, 6)) as probability_alive,
    cast(estimates.churn_risk as decimal(9, 6)) as churn_risk,
    estimates.churn_risk_band,
    coalesce(estimates.model_name, 'none') as model_name,
    estimates.model_version,
    -- Who has an order that does not count, or none, is not among the estimates.
    case when estimates.person_key is null then 'no_purchase' else estimates.reason end as reason,
    {{ reporting_currency_code() }} as reporting_currency_code
from persons
left join estimates on persons.person_key = estimates.person_key
where persons.person_key <> {{ unknown_key() }}

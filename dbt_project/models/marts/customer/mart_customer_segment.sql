{%- set channels = contact_channels() -%}

with persons as (

    select * from {{ ref('dim_person') }}

),

bought as (

    select * from {{ ref('int_persons__bought') }}

),

scored as (

    select * from {{ ref('int_persons__scored') }}

),

returned as (

    select * from {{ ref('int_persons__returned') }}

),

served as (

    select * from {{ ref('int_persons__served') }}

),

lifetime_values as (

    select * from {{ ref('mart_customer_lifetime_value') }}

),

consents as (

    select * from {{ ref('mart_customer_consent') }}

),

reachable as (

    select
        person_key,
        {%- for channel in channels %}
            max(case when consent_channel = '{{ channel }}' and is_reachable then 1 else 0 end) = 1
                as is_reachable_by_{{ channel }},
        {%- endfor %}
        {{ joined_text('case when is_reachable then consent_channel end') }} as reachable_channels
    from consents
    group by person_key

)

select
    persons.person_key,
    persons.record_count,
    case
        when persons.person_key = {{ unknown_key() }} then 'unknown'
        else coalesce(scored.segment, 'no_purchase')
    end as segment,
    scored.recency_score,
    scored.frequency_score,
    scored.monetary_score,
    bought.first_order_on,
    bought.last_order_on,
    bought.days_since_last_order,
    bought.first_order_channel_name,
    bought.first_order_market_region,
    coalesce(bought.order_count, 0) as order_count,
    cast(coalesce(bought.unit_count, 0) as decimal(18, 4)) as unit_count,
    cast(coalesce(bought.net_amount_reporting, 0) as decimal(24, 8)) as net_amount_reporting,
    cast(coalesce(bought.refunded_amount_reporting, 0) as decimal(24, 8)) as refunded_amount_reporting,
    cast(coalesce(bought.net_amount_after_refunds_reporting, 0) as decimal(24, 8)) as net_amount_after_refunds_reporting,
    {{ ratio('bought.discounted_unit_count', 'bought.unit_count') }} as discounted_unit_share,
    {{ ratio('bought.discounted_net_amount_reporting', 'bought.net_amount_reporting') }} as discounted_amount_share,
    {{ discount_affinity(ratio('bought.discounted_unit_count', 'bought.unit_count')) }} as discount_affinity,
    coalesce(returned.returned_order_count, 0) as returned_order_count,
    cast(coalesce(returned.returned_quantity, 0) as decimal(18, 4)) as returned_quantity,
    cast(coalesce(returned.returned_net_amount_reporting, 0) as decimal(24, 8)) as returned_net_amount_reporting,
    {{ return_rate('coalesce(returned.returned_quantity, 0)', 'bought.unit_count') }} as return_rate,
    {{ return_rate('coalesce(returned.returned_net_amount_reporting, 0)', 'bought.net_amount_reporting') }}
        as return_amount_rate,
    returned.most_frequent_return_reason,
    {{ is_serial_returner(
        'bought.order_count', 'returned.returned_order_count', 'returned.returned_quantity', 'bought.unit_count'
    ) }} as is_serial_returner,
    coalesce(served.ticket_count, 0) as ticket_count,
    coalesce(served.open_ticket_count, 0) as open_ticket_count,
    {{ ratio('coalesce(served.ticket_count, 0)', 'bought.order_count') }} as tickets_per_order,
    served.last_ticket_on,
    lifetime_values.expected_orders_90_days,
    lifetime_values.expected_orders_365_days,
    lifetime_values.expected_value_90_days_reporting,
    lifetime_values.expected_value_365_days_reporting,
    lifetime_values.probability_alive,
    lifetime_values.churn_risk,
    lifetime_values.churn_risk_band,
    {%- for channel in channels %}
        coalesce(reachable.is_reachable_by_{{ channel }}, false) as is_reachable_by_{{ channel }},
    {%- endfor %}
    reachable.reachable_channels,
    {{ reporting_currency_code() }} as reporting_currency_code
from persons
left join bought on persons.person_key = bought.person_key
left join scored on persons.person_key = scored.person_key
left join returned on persons.person_key = returned.person_key
left join served on persons.person_key = served.person_key
left join lifetime_values on persons.person_key = lifetime_values.person_key
left join reachable on persons.person_key = reachable.person_key
-- Orders, returns and tickets of nobody known stay together in one row, so that the sums are the company's.
where
    persons.person_key <> {{ unknown_key() }}
    or bought.person_key is not null
    or returned.person_key is not null
    or served.person_key is not null

with opportunities as (

    select * from {{ ref('int_opportunities__unioned') }}

),

campaigns as (

    select * from {{ ref('dim_campaign') }}

),

customers as (

    select * from {{ ref('int_customers__versioned') }}

),

rates as (

    select * from {{ ref('int_currency_rates__daily') }}

),

joined as (

    select
        opportunities.opportunity_key,
        opportunities.opportunity_id,
        opportunities.opportunity_name,
        opportunities.opportunity_source,
        {{ known_key('customers.customer_key') }} as customer_key,
        {{ known_key('customers.customer_version_key') }} as customer_version_key,
        {{ known_key('campaigns.campaign_key') }} as campaign_key,
        opportunities.company_id,
        opportunities.source_system,
        opportunities.created_at,
        cast(opportunities.created_at as date) as created_on,
        opportunities.closed_on,
        opportunities.status_raw,
        coalesce(opportunities.status, 'unknown') as status,
        opportunities.probability_rate,
        opportunities.amount,
        {{ weighted_amount('opportunities.amount', 'opportunities.probability_rate', 'opportunities.status') }}
            as weighted_amount,
        {{ known_currency('opportunities.currency_code') }} as currency_code,
        {{ exchange_rate('opportunities.currency_code', 'rates.rate') }} as exchange_rate
    from opportunities
    left join campaigns on opportunities.campaign_key = campaigns.campaign_key
    left join customers
        on {{ version_on(
            'customers', 'customer_key', 'opportunities.customer_key', 'cast(opportunities.created_at as date)'
        ) }}
    left join rates
        on
            opportunities.currency_code = rates.from_currency_code
            and cast(opportunities.created_at as date) = rates.date_on
    where {{ is_live('opportunities') }}

)

select
    opportunity_key,
    opportunity_id,
    opportunity_name,
    opportunity_source,
    customer_key,
    customer_version_key,
    campaign_key,
    company_id,
    source_system,
    created_at,
    created_on,
    {{ known_date_key('created_on') }} as date_key,
    closed_on,
    status_raw,
    status,
    case when status in ('won', 'lost') then {{ days_between('created_on', 'closed_on') }} end as days_to_close,
    probability_rate,
    amount,
    weighted_amount,
    currency_code,
    exchange_rate,
    {{ in_reporting_currency('amount', 'exchange_rate') }} as amount_reporting,
    {{ in_reporting_currency('weighted_amount', 'exchange_rate') }} as weighted_amount_reporting,
    {{ reporting_currency_code() }} as reporting_currency_code
from joined

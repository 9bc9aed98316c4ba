with campaigns as (

    select * from {{ newest_per_key('int_campaigns__unioned', 'campaign_key') }}

),

rates as (

    select * from {{ ref('int_currency_rates__daily') }}

),

converted as (

    select
        campaigns.campaign_key,
        campaigns.campaign_id,
        campaigns.campaign_name,
        campaigns.campaign_type,
        coalesce(campaigns.status, 'unknown') as status,
        campaigns.started_on,
        campaigns.ended_on,
        campaigns.budget_amount,
        campaigns.actual_cost_amount,
        {{ known_currency('campaigns.currency_code') }} as currency_code,
        {{ exchange_rate('campaigns.currency_code', 'rates.rate') }} as exchange_rate,
        campaigns.is_deleted,
        campaigns.source_system,
        campaigns.company_id
    from campaigns
    left join rates on campaigns.currency_code = rates.from_currency_code and campaigns.started_on = rates.date_on

)

select
    campaign_key,
    campaign_id,
    campaign_name,
    campaign_type,
    status,
    started_on,
    ended_on,
    budget_amount,
    actual_cost_amount,
    currency_code,
    {{ in_reporting_currency('budget_amount', 'exchange_rate') }} as budget_amount_reporting,
    {{ in_reporting_currency('actual_cost_amount', 'exchange_rate') }} as actual_cost_amount_reporting,
    {{ reporting_currency_code() }} as reporting_currency_code,
    is_deleted,
    source_system,
    company_id
from converted

union all

select
    {{ unknown_key() }} as campaign_key,
    'unknown' as campaign_id,
    'unknown' as campaign_name,
    null as campaign_type,
    'unknown' as status,
    null as started_on,
    null as ended_on,
    null as budget_amount,
    null as actual_cost_amount,
    {{ known_currency('null') }} as currency_code,
    null as budget_amount_reporting,
    null as actual_cost_amount_reporting,
    {{ reporting_currency_code() }} as reporting_currency_code,
    false as is_deleted,
    'unknown' as source_system,
    '{{ var("company_id") }}' as company_id

with campaigns as (

    select * from {{ raw_rows('salesforce', 'campaign') }}

),

statuses as (

    select * from {{ ref('salesforce__campaign_status') }}

),

types as (

    select * from {{ ref('salesforce__campaign_type') }}

)

select
    {{ entity_key('campaign', 'salesforce', 'campaigns.id') }} as campaign_key,
    campaigns.id as campaign_id,
    {{ to_text('campaigns.name') }} as campaign_name,
    types.campaign_type,
    {{ to_text('campaigns.status') }} as status_raw,
    statuses.status,
    {{ to_date('campaigns.start_date') }} as started_on,
    {{ to_date('campaigns.end_date') }} as ended_on,
    {{ to_decimal('campaigns.budgeted_cost', 8, 24) }} as budget_amount,
    {{ to_decimal('campaigns.actual_cost', 8, 24) }} as actual_cost_amount,
    coalesce(upper({{ to_text('campaigns.currency_iso_code') }}), '{{ var("reporting_currency") }}') as currency_code,
    {{ origin_columns(
        'salesforce', 'campaigns.id', to_timestamp('coalesce(campaigns.last_modified_date, campaigns.system_modstamp)'),
        row_is_gone('is_deleted', 'campaigns'), origin='campaigns'
    ) }}
from campaigns
left join statuses on lower({{ to_text('campaigns.status') }}) = lower(statuses.status_raw)
left join types on lower({{ to_text('campaigns.type') }}) = lower(types.campaign_type_raw)

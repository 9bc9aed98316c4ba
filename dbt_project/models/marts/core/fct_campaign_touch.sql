with touches as (

    select * from {{ ref('int_campaign_touches__unioned') }}

),

leads as (

    select * from {{ newest_per_key('int_leads__unioned', 'lead_key') }}

),

campaigns as (

    select * from {{ ref('dim_campaign') }}

),

customers as (

    select * from {{ ref('int_customers__versioned') }}

)

select
    touches.campaign_touch_key,
    {{ known_key('campaigns.campaign_key') }} as campaign_key,
    {{ known_key('touches.lead_key') }} as lead_key,
    {{ known_key('customers.customer_key') }} as customer_key,
    {{ known_key('customers.customer_version_key') }} as customer_version_key,
    touches.company_id,
    touches.source_system,
    touches.touched_at,
    {{ known_date_key('cast(touches.touched_at as date)') }} as date_key,
    touches.status_raw,
    coalesce(touches.status, 'unknown') as status,
    coalesce(touches.has_responded, false) as has_responded,
    leads.lead_source,
    leads.status as lead_status,
    leads.converted_on as lead_converted_on
from touches
left join campaigns on touches.campaign_key = campaigns.campaign_key
left join leads on touches.lead_key = leads.lead_key
left join customers
    on {{ version_on(
        'customers', 'customer_key', 'coalesce(touches.customer_key, leads.customer_key)', 'cast(touches.touched_at as date)'
    ) }}
where {{ is_live('touches') }}

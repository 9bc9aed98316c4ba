with leads as (

    select * from {{ ref('int_leads__unioned') }}

),

customers as (

    select * from {{ ref('int_customers__versioned') }}

),

joined as (

    select
        leads.lead_key,
        leads.lead_id,
        leads.lead_source,
        {{ known_key('customers.customer_key') }} as customer_key,
        {{ known_key('customers.customer_version_key') }} as customer_version_key,
        leads.country_code,
        leads.company_id,
        leads.source_system,
        leads.created_at,
        cast(leads.created_at as date) as created_on,
        leads.converted_on,
        leads.status_raw,
        coalesce(leads.status, 'unknown') as status
    from leads
    left join customers
        on {{ version_on('customers', 'customer_key', 'leads.customer_key', 'cast(leads.created_at as date)') }}
    where {{ is_live('leads') }}

)

select
    lead_key,
    lead_id,
    lead_source,
    customer_key,
    customer_version_key,
    country_code,
    company_id,
    source_system,
    created_at,
    created_on,
    {{ known_date_key('created_on') }} as date_key,
    converted_on,
    status_raw,
    status,
    status = 'converted' as is_converted,
    case when status = 'converted' then {{ days_between('created_on', 'converted_on') }} end as days_to_convert
from joined

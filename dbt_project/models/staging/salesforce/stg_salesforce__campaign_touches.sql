with members as (

    select * from {{ raw_rows('salesforce', 'campaign_member') }}

),

leads as (

    select * from {{ ref('stg_salesforce__leads') }}

),

statuses as (

    select * from {{ ref('salesforce__campaign_member_status') }}

),

survivors as (

    select * from {{ ref('base_salesforce__surviving_records') }}

),

customer_numbers as (

    select * from {{ ref('base_salesforce__customer_numbers') }}

),

reached as (

    select
        members.*,
        coalesce({{ to_text('members.contact_id') }}, {{ to_text('members.account_id') }}) as customer_record_id,
        coalesce(survivors.surviving_id, {{ to_text('members.lead_id') }}) as surviving_lead_id
    from members
    left join survivors on members.lead_id = survivors.record_id and survivors.record_type = 'lead'

)

select
    {{ entity_key('campaign_touch', 'salesforce', 'reached.id') }} as campaign_touch_key,
    {{ entity_key('campaign', 'salesforce', to_text('reached.campaign_id')) }} as campaign_key,
    -- A lead that became a customer later was the same person when the campaign reached it.
    coalesce(
        {{ entity_key(
            'customer', 'salesforce', 'coalesce(customer_numbers.customer_id, reached.customer_record_id)'
        ) }},
        leads.customer_key
    ) as customer_key,
    {{ entity_key('lead', 'salesforce', 'reached.surviving_lead_id') }} as lead_key,
    {{ to_timestamp('reached.created_date') }} as touched_at,
    {{ to_text('reached.status') }} as status_raw,
    statuses.status,
    coalesce({{ to_boolean('reached.has_responded') }}, false) as has_responded,
    {{ origin_columns(
        'salesforce', 'reached.id', to_timestamp('coalesce(reached.last_modified_date, reached.system_modstamp)'),
        row_is_gone('is_deleted', 'reached'), origin='reached'
    ) }}
from reached
left join customer_numbers on reached.customer_record_id = customer_numbers.record_id
left join leads on reached.surviving_lead_id = leads.lead_id
left join statuses on lower({{ to_text('reached.status') }}) = lower(statuses.status_raw)

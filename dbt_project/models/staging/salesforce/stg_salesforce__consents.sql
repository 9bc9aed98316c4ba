-- Only what a person decided is a consent: an objection, or an explicit yes. That nobody objected is neither.
with customers as (

    select * from {{ ref('base_salesforce__customers') }}

),

decisions as (

    select
        record_id,
        'email' as consent_channel,
        not coalesce(has_opted_out_of_email, false) as is_granted,
        case when has_opted_out_of_email then opted_out_of_email_at end as decided_at,
        updated_at,
        is_deleted,
        _load_id,
        _file,
        _row
    from customers
    where has_opted_out_of_email or has_opted_in_to_email
    union all
    select
        record_id,
        'phone' as consent_channel,
        false as is_granted,
        cast(null as timestamp) as decided_at,
        updated_at,
        is_deleted,
        _load_id,
        _file,
        _row
    from customers
    where has_opted_out_of_phone

)

select
    {{ entity_key('consent', 'salesforce', ['record_id', 'consent_channel']) }} as consent_key,
    {{ entity_key('customer', 'salesforce', 'record_id') }} as customer_key,
    consent_channel,
    'marketing' as purpose,
    is_granted,
    decided_at,
    'crm' as consent_source,
    {{ origin_columns('salesforce', "record_id || '-' || consent_channel", 'updated_at', 'is_deleted') }}
from decisions

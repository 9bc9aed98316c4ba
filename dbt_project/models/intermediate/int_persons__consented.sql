with consents as (

    select * from {{ ref('int_consents__unioned') }}

),

records as (

    select * from {{ ref('int_persons__recorded') }}

),

-- When a refusal was made is not always told; then it is taken to be as young as it can be, the last change of its record. A grant
-- without a date is taken to be the oldest of all: whatever is dated is newer. A record that its system has deleted grants nothing.
decisions as (

    select
        records.person_key,
        consents.consent_channel,
        consents.is_granted,
        consents.decided_at,
        consents.consent_source,
        consents.source_system,
        consents.consent_key,
        case
            when consents.is_granted then coalesce(consents.decided_at, {{ beginning_of_time() }})
            else coalesce(consents.decided_at, consents.source_updated_at, {{ end_of_time() }})
        end as holds_from
    from consents
    inner join records on consents.customer_key = records.customer_key
    where
        consents.purpose = 'marketing'
        and consents.is_granted is not null
        and (not consents.is_granted or (not records.is_deleted and {{ is_live('consents') }}))

),

ranked as (

    select
        *,
        row_number() over (
            partition by person_key, consent_channel
            order by holds_from desc, is_granted, source_system, consent_key
        ) as preference
    from decisions

)

select
    person_key,
    consent_channel,
    is_granted,
    decided_at,
    consent_source,
    source_system
from ranked
where preference = 1

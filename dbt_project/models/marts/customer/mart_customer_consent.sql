{%- set channels = contact_channels() -%}

with persons as (

    select * from {{ ref('dim_person') }}

),

addressed as (

    select * from {{ ref('int_persons__addressed') }}

),

consents as (

    select * from {{ ref('int_persons__consented') }}

),

person_channels as (

    {% for channel, address in channels.items() -%}
    select
        persons.person_key,
        '{{ channel }}' as consent_channel,
        coalesce(addressed.{{ address }}, false) as has_address
    from persons
    left join addressed on persons.person_key = addressed.person_key
    where persons.person_key <> {{ unknown_key() }}
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}
)

select
    person_channels.person_key,
    person_channels.consent_channel,
    case
        when consents.is_granted then 'granted'
        when not consents.is_granted then 'refused'
        else 'not_asked'
    end as consent_state,
    coalesce(consents.is_granted, false) as is_granted,
    consents.decided_at,
    consents.consent_source,
    consents.source_system,
    person_channels.has_address,
    coalesce(consents.is_granted, false) and person_channels.has_address as is_reachable
from person_channels
left join consents
    on
        person_channels.person_key = consents.person_key
        and person_channels.consent_channel = consents.consent_channel

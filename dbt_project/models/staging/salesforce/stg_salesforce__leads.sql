with leads as (

    select * from {{ raw_rows('salesforce', 'lead') }}

),

statuses as (

    select * from {{ ref('salesforce__lead_status') }}

),

customer_numbers as (

    select * from {{ ref('base_salesforce__customer_numbers') }}

),

country_names as (

    select * from {{ ref('base_salesforce__country_names') }}

),

converted as (

    select
        *,
        case
            when {{ to_boolean('is_converted') }}
                then coalesce({{ to_text('converted_contact_id') }}, {{ to_text('converted_account_id') }})
        end as converted_record_id,
        coalesce({{ to_text('country_code') }}, {{ to_text('country') }}) as country_raw
    from leads

)

select
    {{ entity_key('lead', 'salesforce', 'converted.id') }} as lead_key,
    converted.id as lead_id,
    {{ entity_key('customer', 'salesforce', 'coalesce(customer_numbers.customer_id, converted.converted_record_id)') }}
        as customer_key,
    coalesce(
        {{ to_text('converted.name') }},
        {{ to_text("concat_ws(' ', converted.first_name, converted.middle_name, converted.last_name)") }}
    ) as full_name,
    lower({{ to_text('converted.email') }}) as email,
    {{ to_text('coalesce(converted.mobile_phone, converted.phone)') }} as phone,
    country_names.country_code,
    {{ to_text('converted.lead_source') }} as lead_source,
    {{ to_text('converted.status') }} as status_raw,
    -- Which status means converted is up to the company; that a lead was converted is not.
    case when {{ to_boolean('converted.is_converted') }} then 'converted' else statuses.status end as status,
    {{ to_timestamp('converted.created_date') }} as created_at,
    {{ to_date('converted.converted_date') }} as converted_on,
    {{ origin_columns(
        'salesforce', 'converted.id', to_timestamp('coalesce(converted.last_modified_date, converted.system_modstamp)'),
        row_is_gone('is_deleted', 'converted'), origin='converted'
    ) }}
from converted
left join statuses on lower({{ to_text('converted.status') }}) = lower(statuses.status_raw)
left join customer_numbers on converted.converted_record_id = customer_numbers.record_id
left join country_names on lower(converted.country_raw) = country_names.spelling

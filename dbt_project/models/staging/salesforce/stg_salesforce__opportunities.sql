with opportunities as (

    select * from {{ raw_rows('salesforce', 'opportunity') }}

),

customer_numbers as (

    select * from {{ ref('base_salesforce__customer_numbers') }}

),

owned as (

    select
        *,
        coalesce({{ to_text('account_id') }}, {{ to_text('contact_id') }}) as customer_record_id
    from opportunities

)

select
    {{ entity_key('opportunity', 'salesforce', 'owned.id') }} as opportunity_key,
    owned.id as opportunity_id,
    {{ entity_key('customer', 'salesforce', 'coalesce(customer_numbers.customer_id, owned.customer_record_id)') }}
        as customer_key,
    {{ entity_key('campaign', 'salesforce', to_text('owned.campaign_id')) }} as campaign_key,
    {{ to_text('owned.name') }} as opportunity_name,
    {{ to_text('owned.lead_source') }} as opportunity_source,
    {{ to_text('owned.stage_name') }} as status_raw,
    -- The names of the stages are the company's own; what they amount to is in the two flags.
    case
        when {{ to_boolean('owned.is_won') }} then 'won'
        when {{ to_boolean('owned.is_closed') }} then 'lost'
        when not {{ to_boolean('owned.is_closed') }} then 'open'
    end as status,
    cast({{ to_decimal('owned.probability') }} / 100 as decimal(9, 6)) as probability_rate,
    {{ to_decimal('owned.amount', 8, 24) }} as amount,
    coalesce(upper({{ to_text('owned.currency_iso_code') }}), '{{ var("reporting_currency") }}') as currency_code,
    {{ to_timestamp('owned.created_date') }} as created_at,
    {{ to_date('owned.close_date') }} as closed_on,
    {{ origin_columns(
        'salesforce', 'owned.id', to_timestamp('coalesce(owned.last_modified_date, owned.system_modstamp)'),
        row_is_gone('is_deleted', 'owned'), origin='owned'
    ) }}
from owned
left join customer_numbers on owned.customer_record_id = customer_numbers.record_id

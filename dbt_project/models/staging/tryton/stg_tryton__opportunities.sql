with opportunities as (

    select * from {{ raw_rows('tryton', 'sale_opportunity') }}

),

parties as (

    select * from {{ ref('base_tryton__parties') }}

),

currencies as (

    select * from {{ raw_rows('tryton', 'currency_currency') }}

),

statuses as (

    select * from {{ ref('tryton__opportunity_status') }}

)

select
    {{ entity_key('opportunity', 'tryton', 'opportunities.id') }} as opportunity_key,
    {{ tryton_identifier('opportunities.number', 'opportunities.id') }} as opportunity_id,
    {{ entity_key('customer', 'tryton', 'parties.kept_party_id') }} as customer_key,
    cast(null as varchar) as campaign_key,
    {{ to_text('opportunities.description') }} as opportunity_name,
    cast(null as varchar) as opportunity_source,
    {{ to_text('opportunities.state') }} as status_raw,
    statuses.status,
    {{ to_decimal('opportunities.conversion_probability', 6, 9) }} as probability_rate,
    {{ to_decimal('opportunities.amount', 8, 24) }} as amount,
    {{ to_text('currencies.code') }} as currency_code,
    {{ to_timestamp('opportunities.create_date') }} as created_at,
    {{ to_date('opportunities.end_date') }} as closed_on,
    {{ origin_columns(
        'tryton', 'opportunities.id', tryton_updated_at('opportunities'), is_gone('opportunities'), 'opportunities'
    ) }}
from opportunities
left join parties on opportunities.party = parties.party_id
left join currencies on opportunities.currency = currencies.id
left join statuses on {{ to_text('opportunities.state') }} = statuses.status_raw

-- A party that was merged into another stays, as deleted; everything that names it means the other one.
with parties as (

    select * from {{ ref('base_tryton__parties') }}

),

contacts as (

    select * from {{ ref('base_tryton__contacts') }}

),

addresses as (

    select * from {{ ref('base_tryton__addresses') }}

),

party_languages as (

    select * from {{ raw_rows('tryton', 'party_party_lang', 'live') }}

),

languages as (

    select * from {{ raw_rows('tryton', 'ir_lang', 'live') }}

),

sales as (

    select * from {{ raw_rows('tryton', 'sale_sale', 'live') }}

),

spoken as (

    select
        party_languages.party as party_id,
        min(replace({{ to_text('languages.code') }}, '_', '-')) as language
    from party_languages
    inner join languages on party_languages.lang = languages.id
    group by party_languages.party

),

first_sales as (

    select
        party as party_id,
        min({{ to_date('sale_date') }}) as first_sold_on
    from sales
    where {{ to_text('state') }} not in ('draft', 'quotation', 'cancelled')
    group by party

)

select
    {{ entity_key('customer', 'tryton', 'parties.party_id') }} as customer_key,
    parties.party_number as customer_id,
    cast(parties.created_at as date) as valid_from,
    cast(null as date) as valid_to,
    cast(null as varchar) as customer_type,
    cast(null as varchar) as title,
    cast(null as varchar) as first_name,
    cast(null as varchar) as middle_name,
    cast(null as varchar) as last_name,
    parties.party_name as full_name,
    contacts.email,
    contacts.phone,
    spoken.language,
    addresses.address_line_1,
    addresses.address_line_2,
    addresses.city,
    addresses.postal_code,
    addresses.region_code,
    addresses.region_name,
    addresses.country_code,
    cast(null as varchar) as territory_name,
    cast(null as varchar) as territory_group,
    parties.is_active,
    least(coalesce(first_sales.first_sold_on, cast(parties.created_at as date)), cast(parties.created_at as date)) as acquired_on,
    cast(null as date) as date_of_birth,
    cast(null as boolean) as is_email_verified,
    case when parties.is_merged then {{ entity_key('customer', 'tryton', 'parties.kept_party_id') }} end as merged_into_customer_key,
    {{ origin_columns('tryton', 'parties.party_id', 'parties.updated_at', 'parties.is_deleted or parties.is_merged', 'parties') }}
from parties
left join contacts on parties.party_id = contacts.party_id
left join addresses on parties.party_id = addresses.party_id and addresses.is_default and not addresses.is_deleted
left join spoken on parties.party_id = spoken.party_id
left join first_sales on parties.party_id = first_sales.party_id
where parties.is_customer

with parties as (

    select * from {{ ref('base_tryton__parties') }}

),

contacts as (

    select * from {{ ref('base_tryton__contacts') }}

)

select
    {{ entity_key('supplier', 'tryton', 'parties.party_number') }} as supplier_key,
    parties.party_number as supplier_id,
    parties.party_number as account_number,
    parties.party_name as supplier_name,
    cast(null as integer) as credit_rating,
    cast(null as boolean) as is_preferred,
    parties.is_active,
    contacts.email,
    contacts.phone,
    {{ origin_columns('tryton', 'parties.party_id', 'parties.updated_at', 'parties.is_deleted or parties.is_merged', 'parties') }}
from parties
left join contacts on parties.party_id = contacts.party_id
where parties.is_supplier

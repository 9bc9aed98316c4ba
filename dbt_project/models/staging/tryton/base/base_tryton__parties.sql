-- Merging two parties leaves the one that was given up with the id of the one that took its place, which may itself be merged
-- later. Whoever refers to any of them means the last.
with recursive parties as (

    select * from {{ raw_rows('tryton', 'party_party') }}

),

sales as (

    select * from {{ raw_rows('tryton', 'sale_sale', 'live') }}

),

complaints as (

    select * from {{ raw_rows('tryton', 'sale_complaint', 'live') }}

),

opportunities as (

    select * from {{ raw_rows('tryton', 'sale_opportunity', 'live') }}

),

purchases as (

    select * from {{ raw_rows('tryton', 'purchase_purchase', 'live') }}

),

deliveries as (

    select * from {{ raw_rows('tryton', 'stock_shipment_in', 'live') }}

),

offers as (

    select * from {{ raw_rows('tryton', 'purchase_product_supplier', 'live') }}

),

companies as (

    select * from {{ raw_rows('tryton', 'company_company', 'live') }}

),

employees as (

    select * from {{ raw_rows('tryton', 'company_employee', 'live') }}

),

carriers as (

    select * from {{ raw_rows('tryton', 'carrier', 'live') }}

),

-- A merge that leads back to where it began is followed no further than ten steps.
merges as (

    select
        id as party_id,
        id as kept_party_id,
        0 as steps
    from parties

    union all

    select
        merges.party_id,
        {{ to_text('parties.replaced_by') }} as kept_party_id,
        merges.steps + 1 as steps
    from merges
    inner join parties on merges.kept_party_id = parties.id
    where {{ to_text('parties.replaced_by') }} is not null and merges.steps < 10

),

ranked_merges as (

    select
        party_id,
        kept_party_id,
        row_number() over (partition by party_id order by steps desc) as preference
    from merges

),

kept as (

    select
        party_id,
        kept_party_id
    from ranked_merges
    where preference = 1

),

roles as (

    select
        party as party_id,
        'customer' as part
    from sales

    union all

    select
        customer as party_id,
        'customer' as part
    from complaints

    union all

    select
        party as party_id,
        'customer' as part
    from opportunities

    union all

    select
        party as party_id,
        'supplier' as part
    from purchases

    union all

    select
        supplier as party_id,
        'supplier' as part
    from deliveries

    union all

    select
        party as party_id,
        'supplier' as part
    from offers

    union all

    select
        party as party_id,
        'other' as part
    from companies

    union all

    select
        party as party_id,
        'other' as part
    from employees

    union all

    select
        party as party_id,
        'other' as part
    from carriers

),

kept_roles as (

    select
        kept.kept_party_id,
        max(case when roles.part = 'customer' then 1 else 0 end) as customer_roles,
        max(case when roles.part = 'supplier' then 1 else 0 end) as supplier_roles
    from roles
    inner join kept on roles.party_id = kept.party_id
    group by kept.kept_party_id

)

select
    parties.id as party_id,
    kept.kept_party_id,
    {{ tryton_identifier('kept_parties.code', 'kept.kept_party_id') }} as kept_party_number,
    {{ tryton_identifier('parties.code', 'parties.id') }} as party_number,
    {{ to_text('parties.name') }} as party_name,
    parties.id <> kept.kept_party_id as is_merged,
    {{ to_boolean('parties.active') }} as is_active,
    -- Who has no part in anything yet is taken for a customer to be.
    coalesce(kept_roles.customer_roles = 1, true) as is_customer,
    coalesce(kept_roles.supplier_roles = 1, false) as is_supplier,
    {{ to_timestamp('parties.create_date') }} as created_at,
    {{ tryton_updated_at('parties') }} as updated_at,
    {{ is_gone('parties') }} as is_deleted,
    parties._load_id,
    parties._file,
    parties._row
from parties
inner join kept on parties.id = kept.party_id
left join parties as kept_parties on kept.kept_party_id = kept_parties.id
left join kept_roles on kept.kept_party_id = kept_roles.kept_party_id

-- Every customer and lead has its person; a record that was not resolved is a person of its own.
with links as (

    select * from {{ source('identity', 'person_link') }}

),

customers as (

    select * from {{ ref('int_customers__versioned') }}

),

leads as (

    select * from {{ ref('int_leads__unioned') }}

),

records as (

    select distinct customer_key as record_key, 'customer' as record_type
    from customers

    union all

    select lead_key as record_key, 'lead' as record_type
    from leads

)

select
    records.record_key,
    records.record_type,
    coalesce(links.person_key, records.record_key) as person_key,
    coalesce(links.linked_by, 'alone') as linked_by
from records
left join links on records.record_key = links.record_key

with tickets as (

    select * from {{ ref('fct_ticket') }}

),

records as (

    select * from {{ ref('int_persons__recorded') }}

)

-- A ticket that was merged into another is one concern with it.
select
    records.person_key,
    count(*) as ticket_count,
    cast(coalesce(sum(case when tickets.status not in ('solved', 'closed') then 1 else 0 end), 0) as bigint)
        as open_ticket_count,
    cast(max(tickets.opened_on) as date) as last_ticket_on
from tickets
inner join records on tickets.customer_key = records.customer_key
where not tickets.is_merged
group by records.person_key

-- Merged tickets. Zendesk closes the ticket that is merged and lists it on the one that was kept, which may be merged
-- later itself.
with tickets as (

    select * from {{ ref('base_zendesk__tickets') }}

),

listed as (

    select
        {{ each_number_in('merged_ticket_ids') }} as ticket_id,
        ticket_id as merged_into_ticket_id,
        updated_at
    from tickets
    where merged_ticket_ids is not null

),

-- A ticket can be merged once; if two list it, the one that changed last is believed.
merged_tickets as (

    select
        ticket_id,
        merged_into_ticket_id
    from listed
    qualify row_number() over (partition by ticket_id order by updated_at desc, merged_into_ticket_id desc) = 1

),

survivors as (

    {{ merge_survivors('merged_tickets', 'ticket_id', 'merged_into_ticket_id') }}

)

select
    merged_tickets.ticket_id,
    merged_tickets.merged_into_ticket_id,
    survivors.surviving_id as surviving_ticket_id,
    survivors.is_merge_cycle
from merged_tickets
inner join survivors on merged_tickets.ticket_id = survivors.record_id

with tickets as (

    select * from {{ ref('int_tickets__unioned') }}

),

events as (

    select * from {{ ref('int_ticket_events__unioned') }}

),

orders as (

    select * from {{ ref('int_sales_orders__totalled') }}

),

customers as (

    select * from {{ ref('int_customers__versioned') }}

),

-- Neither a customer's own comment nor an automatic reply is a first response.
ticket_events as (

    select
        ticket_key,
        min(case when event_type = 'comment_public' and actor_role = 'agent' then occurred_at end)
            as first_responded_at,
        max(case when event_type = 'status_changed' and value_after = 'solved' then occurred_at end) as solved_at,
        sum(case when event_type = 'comment_public' then 1 else 0 end) as public_comment_count,
        sum(
            case
                when
                    event_type = 'status_changed' and value_before in ('solved', 'closed')
                    and value_after not in ('solved', 'closed')
                    then 1
                else 0
            end
        ) as reopen_count,
        max(occurred_at) as last_occurred_at
    from events
    where {{ is_live() }}
    group by ticket_key

),

-- The last moment of which the tickets tell: what is unanswered by then is judged against it.
known_until as (

    select max(known_at) as known_until_at
    from (
        select max(opened_at) as known_at from tickets
        union all
        select max(first_responded_at) as known_at from tickets
        union all
        select max(solved_at) as known_at from tickets
        union all
        select max(last_occurred_at) as known_at from ticket_events
    ) as known

),

joined as (

    select
        tickets.ticket_key,
        tickets.ticket_id,
        {{ known_key('tickets.order_key') }} as order_key,
        {{ known_key('customers.customer_key') }} as customer_key,
        {{ known_key('customers.customer_version_key') }} as customer_version_key,
        {{ known_key('coalesce(orders.ship_to_geography_key, customers.geography_key)') }} as geography_key,
        tickets.company_id,
        tickets.source_system,
        tickets.channel,
        coalesce(tickets.status, 'unknown') as status,
        tickets.priority,
        tickets.ticket_type,
        tickets.cause,
        tickets.group_name,
        tickets.assignee_id,
        tickets.language,
        tickets.opened_at,
        cast(tickets.opened_at as date) as opened_on,
        coalesce(tickets.first_responded_at, ticket_events.first_responded_at) as first_responded_at,
        case
            when tickets.status in ('solved', 'closed') then coalesce(tickets.solved_at, ticket_events.solved_at)
        end as solved_at,
        tickets.first_response_due_at,
        tickets.satisfaction,
        ticket_events.public_comment_count,
        ticket_events.reopen_count,
        tickets.merged_into_ticket_key,
        known_until.known_until_at
    from tickets
    left join ticket_events on tickets.ticket_key = ticket_events.ticket_key
    left join orders on tickets.order_key = orders.order_key
    left join customers
        on {{ version_on(
            'customers', 'customer_key', 'coalesce(orders.customer_key, tickets.customer_key)',
            'cast(tickets.opened_at as date)'
        ) }}
    cross join known_until
    where {{ is_live('tickets') }}

)

select
    ticket_key,
    ticket_id,
    order_key,
    customer_key,
    customer_version_key,
    geography_key,
    company_id,
    source_system,
    channel,
    status,
    priority,
    ticket_type,
    cause,
    group_name,
    assignee_id,
    language,
    opened_at,
    opened_on,
    {{ known_date_key('opened_on') }} as date_key,
    first_responded_at,
    solved_at,
    first_response_due_at,
    {{ first_response_minutes('opened_at', 'first_responded_at') }} as first_response_minutes,
    {{ resolution_hours('opened_at', 'solved_at') }} as resolution_hours,
    {{ is_on_time('first_responded_at', 'first_response_due_at', 'known_until_at') }} as is_first_response_in_time,
    satisfaction,
    cast(public_comment_count as integer) as public_comment_count,
    cast(reopen_count as integer) as reopen_count,
    merged_into_ticket_key is not null as is_merged,
    merged_into_ticket_key
from joined

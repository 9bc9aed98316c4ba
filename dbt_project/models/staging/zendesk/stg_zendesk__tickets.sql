with tickets as (

    select * from {{ ref('base_zendesk__tickets') }}

),

users as (

    select * from {{ ref('base_zendesk__users') }}

),

teams as (

    select * from {{ raw_rows('zendesk', 'group') }}

),

comments as (

    select * from {{ ref('base_zendesk__comments') }}

),

field_changes as (

    select * from {{ ref('base_zendesk__field_changes') }}

),

merged_tickets as (

    select * from {{ ref('base_zendesk__ticket_merges') }}

),

targets as (

    select * from {{ ref('base_zendesk__first_response_targets') }}

),

statuses as (

    select * from {{ ref('zendesk__ticket_status') }}

),

scores as (

    select * from {{ ref('zendesk__satisfaction_score') }}

),

first_responses as (

    select
        ticket_id,
        min(commented_at) as first_responded_at
    from comments
    where is_public and actor_role = 'agent' and not is_request and not is_by_requester
    group by ticket_id

),

-- A ticket that goes from solved to closed was solved before; one that is closed at once, then.
solutions as (

    select
        field_changes.ticket_id,
        max(field_changes.changed_at) as solved_at
    from field_changes
    left join statuses as status_before on field_changes.value_before = status_before.status_raw
    inner join statuses as status_after on field_changes.value_after = status_after.status_raw
    where
        field_changes.field_name = 'status'
        and status_after.status in ('solved', 'closed')
        and coalesce(status_before.status, 'new') not in ('solved', 'closed')
    group by field_changes.ticket_id

),

-- What was merely offered is no answer.
ratings as (

    select
        field_changes.ticket_id,
        scores.satisfaction
    from field_changes
    inner join scores on field_changes.value_after = scores.score_raw
    where field_changes.field_name = 'satisfaction_score' and scores.satisfaction is not null
    qualify row_number() over (partition by field_changes.ticket_id order by field_changes.changed_at desc) = 1

)

select
    {{ entity_key('ticket', 'zendesk', 'tickets.ticket_id') }} as ticket_key,
    tickets.ticket_id,
    -- An agent who asks for themselves is no customer.
    case
        when coalesce(users.actor_role, 'customer') = 'customer'
            then {{ entity_key('customer', 'zendesk', 'tickets.requester_id') }}
    end as customer_key,
    {{ entity_key('order', 'zendesk', 'tickets.order_number') }} as order_key,
    users.email as requester_email,
    tickets.channel,
    tickets.status_raw,
    statuses.status,
    tickets.priority,
    tickets.ticket_type,
    tickets.cause,
    {{ to_text('teams.name') }} as group_name,
    tickets.assignee_id,
    users.language_tag as language,
    tickets.opened_at,
    first_responses.first_responded_at,
    case when statuses.status in ('solved', 'closed') then solutions.solved_at end as solved_at,
    targets.first_response_due_at,
    ratings.satisfaction,
    case
        when merged_tickets.surviving_ticket_id <> tickets.ticket_id
            then {{ entity_key('ticket', 'zendesk', 'merged_tickets.surviving_ticket_id') }}
    end as merged_into_ticket_key,
    {{ origin_columns('zendesk', 'tickets.ticket_id', 'tickets.updated_at', 'tickets.is_deleted', origin='tickets') }}
from tickets
left join users on tickets.requester_id = users.user_id
left join teams on tickets.group_id = {{ to_text('teams.id') }}
left join first_responses on tickets.ticket_id = first_responses.ticket_id
left join solutions on tickets.ticket_id = solutions.ticket_id
left join ratings on tickets.ticket_id = ratings.ticket_id
left join merged_tickets on tickets.ticket_id = merged_tickets.ticket_id
left join targets on tickets.ticket_id = targets.ticket_id
left join statuses on tickets.status_raw = statuses.status_raw

with tickets as (

    select * from {{ ref('base_zendesk__tickets') }}

),

users as (

    select * from {{ ref('base_zendesk__users') }}

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

statuses as (

    select * from {{ ref('zendesk__ticket_status') }}

),

priorities as (

    select * from {{ ref('zendesk__priority') }}

),

scores as (

    select * from {{ ref('zendesk__satisfaction_score') }}

),

openings as (

    select
        tickets.ticket_id || '-created' as event_id,
        tickets.ticket_id,
        tickets.opened_at as occurred_at,
        'created' as event_type,
        case when coalesce(tickets.submitter_id, '-') like '-%' then 'system' else users.actor_role end as actor_role,
        cast(null as varchar) as value_before,
        cast(null as varchar) as value_after,
        tickets._load_id,
        tickets._file,
        tickets._row
    from tickets
    left join users on tickets.submitter_id = users.user_id

),

remarks as (

    select
        ticket_id || '-comment-' || comment_id as event_id,
        ticket_id,
        commented_at as occurred_at,
        case when is_public then 'comment_public' else 'comment_internal' end as event_type,
        actor_role,
        cast(null as varchar) as value_before,
        cast(null as varchar) as value_after,
        _load_id,
        _file,
        _row
    from comments

),

-- The values that a ticket was opened with are part of its opening.
changes as (

    select field_changes.*
    from field_changes
    left join tickets on field_changes.ticket_id = tickets.ticket_id
    where not field_changes.is_first or tickets.opened_at is null or field_changes.changed_at > tickets.opened_at

),

-- Words of the source that no seed knows are passed on as they are.
translated as (

    select
        changes.ticket_id || '-' || changes.field_name || '-' || cast(changes.changed_at as varchar) as event_id,
        changes.ticket_id,
        changes.changed_at as occurred_at,
        case changes.field_name
            when 'status' then 'status_changed'
            when 'priority' then 'priority_changed'
            when 'assignee_id' then 'assigned'
            when 'satisfaction_score' then 'satisfaction_given'
        end as event_type,
        case when coalesce(changes.user_id, '-') like '-%' then 'system' else users.actor_role end as actor_role,
        case changes.field_name
            when 'status' then coalesce(status_before.status, changes.value_before)
            when 'priority' then coalesce(priority_before.priority, changes.value_before)
            when 'assignee_id' then changes.value_before
            when 'satisfaction_score' then score_before.satisfaction
        end as value_before,
        case changes.field_name
            when 'status' then coalesce(status_after.status, changes.value_after)
            when 'priority' then coalesce(priority_after.priority, changes.value_after)
            when 'assignee_id' then changes.value_after
            when 'satisfaction_score' then score_after.satisfaction
        end as value_after,
        changes._load_id,
        changes._file,
        changes._row
    from changes
    left join users on changes.user_id = users.user_id
    left join statuses as status_before on changes.value_before = status_before.status_raw
    left join statuses as status_after on changes.value_after = status_after.status_raw
    left join priorities as priority_before on changes.value_before = priority_before.priority_raw
    left join priorities as priority_after on changes.value_after = priority_after.priority_raw
    left join scores as score_before on changes.value_before = score_before.score_raw
    left join scores as score_after on changes.value_after = score_after.score_raw
    where changes.field_name <> 'satisfaction_score' or score_after.satisfaction is not null

),

closings as (

    select
        field_changes.ticket_id,
        min(field_changes.changed_at) as closed_at
    from field_changes
    inner join statuses on field_changes.value_after = statuses.status_raw
    where field_changes.field_name = 'status' and statuses.status = 'closed'
    group by field_changes.ticket_id

),

-- A merge closes the ticket; agents merge.
mergers as (

    select
        tickets.ticket_id || '-merged' as event_id,
        tickets.ticket_id,
        coalesce(closings.closed_at, tickets.updated_at) as occurred_at,
        'merged' as event_type,
        'agent' as actor_role,
        cast(null as varchar) as value_before,
        merged_tickets.merged_into_ticket_id as value_after,
        tickets._load_id,
        tickets._file,
        tickets._row
    from tickets
    inner join merged_tickets on tickets.ticket_id = merged_tickets.ticket_id
    left join closings on tickets.ticket_id = closings.ticket_id

),

events as (

    select * from openings
    union all
    select * from remarks
    union all
    select * from translated
    union all
    select * from mergers

)

select
    {{ entity_key('ticket_event', 'zendesk', 'event_id') }} as ticket_event_key,
    {{ entity_key('ticket', 'zendesk', 'ticket_id') }} as ticket_key,
    occurred_at,
    event_type,
    actor_role,
    value_before,
    value_after,
    {{ origin_columns('zendesk', 'event_id', 'occurred_at') }}
from events

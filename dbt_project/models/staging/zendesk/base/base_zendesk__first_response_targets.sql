-- When the first answer to a ticket is due: its policy's minutes for its priority after it was opened, counted around
-- the clock or in business hours only. Business hours are kept in local time, so the reckoning is done there.
with tickets as (

    select * from {{ ref('base_zendesk__tickets') }}

),

applied_policies as (

    select * from {{ raw_rows('zendesk', 'ticket_sla_policy') }}

),

policy_metrics as (

    select * from {{ raw_rows('zendesk', 'sla_policy_metric_history') }}

),

ticket_schedules as (

    select * from {{ raw_rows('zendesk', 'ticket_schedule') }}

),

schedules as (

    select * from {{ raw_rows('zendesk', 'schedule') }}

),

holidays as (

    select * from {{ raw_rows('zendesk', 'schedule_holiday') }}

),

time_zones as (

    select * from {{ raw_rows('zendesk', 'time_zone') }}

),

daylight_times as (

    select * from {{ raw_rows('zendesk', 'daylight_time') }}

),

current_policies as (

    select
        {{ to_text('ticket_id') }} as ticket_id,
        {{ to_text('sla_policy_id') }} as sla_policy_id,
        {{ to_timestamp('policy_applied_at') }} as applied_at
    from applied_policies
    qualify row_number() over (
        partition by {{ to_text('ticket_id') }} order by {{ to_timestamp('policy_applied_at') }} desc, sla_policy_id
    ) = 1

),

policy_versions as (

    select
        {{ to_text('sla_policy_id') }} as sla_policy_id,
        lower({{ to_text('priority') }}) as priority_raw,
        {{ to_integer('target') }} * 60 as target_seconds,
        coalesce({{ to_boolean('business_hours') }}, false) as is_in_business_hours,
        {{ to_timestamp('sla_policy_updated_at') }} as holds_from,
        lead({{ to_timestamp('sla_policy_updated_at') }}) over by_version as holds_to,
        row_number() over by_version = 1 as is_first
    from policy_metrics
    where {{ to_text('metric') }} = 'first_reply_time'
    window by_version as (
        partition by {{ to_text('sla_policy_id') }}, lower({{ to_text('priority') }})
        order by {{ to_timestamp('sla_policy_updated_at') }}
    )

),

targets as (

    select
        tickets.ticket_id,
        tickets.opened_at,
        policy_versions.target_seconds,
        policy_versions.is_in_business_hours
    from tickets
    inner join current_policies on tickets.ticket_id = current_policies.ticket_id
    inner join policy_versions
        on
            current_policies.sla_policy_id = policy_versions.sla_policy_id
            and tickets.priority_raw = policy_versions.priority_raw
            and (policy_versions.is_first or current_policies.applied_at >= policy_versions.holds_from)
            and (policy_versions.holds_to is null or current_policies.applied_at < policy_versions.holds_to)

),

spans as (

    select
        {{ to_text('id') }} as schedule_id,
        lower({{ to_text('time_zone') }}) as time_zone,
        {{ to_integer('start_time') }} as start_minute,
        {{ to_integer('end_time') }} as end_minute,
        -- Both count from Sunday, each in its own week: more than half a week apart is the rest of it the other way.
        mod({{ to_integer('start_time') }} - {{ to_integer('start_time_utc') }} + 15120, 10080) - 5040
            as stated_offset_minutes,
        {{ to_timestamp('created_at') }} as created_at
    from schedules
    where not {{ fivetran_is_deleted() }}

),

-- A ticket that no schedule was chosen for keeps the hours of the oldest one.
default_schedule as (

    select schedule_id
    from spans
    qualify row_number() over (order by created_at, schedule_id) = 1

),

chosen_schedules as (

    select
        {{ to_text('ticket_id') }} as ticket_id,
        {{ to_text('schedule_id') }} as schedule_id
    from ticket_schedules
    qualify row_number() over (
        partition by {{ to_text('ticket_id') }} order by {{ to_timestamp('created_at') }} desc, schedule_id
    ) = 1

),

scheduled as (

    select
        targets.ticket_id,
        targets.opened_at,
        targets.target_seconds,
        coalesce(chosen_schedules.schedule_id, default_schedule.schedule_id) as schedule_id
    from targets
    left join chosen_schedules on targets.ticket_id = chosen_schedules.ticket_id
    left join default_schedule on true
    where targets.is_in_business_hours

),

zones as (

    select
        schedule_id,
        max(time_zone) as time_zone,
        max(stated_offset_minutes) as stated_offset_minutes
    from spans
    group by schedule_id

),

offsets as (

    select
        lower({{ to_text('time_zone') }}) as time_zone,
        (
            {{ to_integer('substr(standard_offset, 2, 2)') }} * 60 + {{ to_integer('substr(standard_offset, 5, 2)') }}
        ) * case when {{ to_text('standard_offset') }} like '-%' then -1 else 1 end as offset_minutes
    from time_zones

),

daylight_spans as (

    select
        lower({{ to_text('time_zone') }}) as time_zone,
        {{ to_integer('year') }} as calendar_year,
        {{ to_timestamp('daylight_start_utc') }} as starts_at,
        {{ to_timestamp('daylight_end_utc') }} as ends_at,
        coalesce({{ to_decimal('daylight_offset') }}, 1) * 60 as daylight_minutes
    from daylight_times

),

-- South of the equator daylight saving time ends before it begins in a calendar year.
located as (

    select
        scheduled.*,
        coalesce(
            offsets.offset_minutes + case
                when daylight_spans.starts_at < daylight_spans.ends_at
                    then
                        case
                            when
                                scheduled.opened_at >= daylight_spans.starts_at
                                and scheduled.opened_at < daylight_spans.ends_at
                                then daylight_spans.daylight_minutes
                            else 0
                        end
                when scheduled.opened_at >= daylight_spans.starts_at or scheduled.opened_at < daylight_spans.ends_at
                    then daylight_spans.daylight_minutes
                else 0
            end,
            zones.stated_offset_minutes,
            0
        ) * 60 as offset_seconds
    from scheduled
    left join zones on scheduled.schedule_id = zones.schedule_id
    left join offsets on zones.time_zone = offsets.time_zone
    left join daylight_spans
        on
            zones.time_zone = daylight_spans.time_zone
            and extract(year from scheduled.opened_at) = daylight_spans.calendar_year

),

local_tickets as (

    select
        *,
        {{ plus_seconds('opened_at', 'offset_seconds') }} as local_opened_at
    from located

),

-- Twelve weeks of business hours are more than any promise of a first answer.
weeks as (

    select listed.week_number
    from (
        values
        (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11)
    ) as listed (week_number)

),

week_starts as (

    select
        local_tickets.*,
        weeks.week_number,
        -- Weeks begin on Sunday.
        {{ plus_days(week_start(plus_days('local_tickets.local_opened_at', 1)), 'weeks.week_number * 7 - 1') }}
            as week_begins_at
    from local_tickets
    cross join weeks

),

open_hours as (

    select
        week_starts.ticket_id,
        week_starts.target_seconds,
        week_starts.offset_seconds,
        week_starts.schedule_id,
        week_starts.local_opened_at,
        {{ plus_seconds('week_starts.week_begins_at', 'spans.start_minute * 60') }} as opens_at,
        {{ plus_seconds('week_starts.week_begins_at', 'spans.end_minute * 60') }} as closes_at
    from week_starts
    inner join spans on week_starts.schedule_id = spans.schedule_id

),

worked_hours as (

    select
        open_hours.*,
        greatest(open_hours.opens_at, open_hours.local_opened_at) as counts_from
    from open_hours
    left join holidays
        on
            open_hours.schedule_id = {{ to_text('holidays.schedule_id') }}
            and not {{ fivetran_is_deleted('holidays') }}
            and cast(open_hours.opens_at as date)
            between {{ to_date('holidays.start_date') }} and {{ to_date('holidays.end_date') }}
    where open_hours.closes_at > open_hours.local_opened_at and holidays.schedule_id is null

),

counted as (

    select
        *,
        {{ elapsed_seconds('counts_from', 'closes_at') }} as open_seconds,
        coalesce(
            sum({{ elapsed_seconds('counts_from', 'closes_at') }}) over (
                partition by ticket_id order by counts_from rows between unbounded preceding and 1 preceding
            ),
            0
        ) as seconds_before
    from worked_hours

),

due_in_business_hours as (

    select
        ticket_id,
        min({{ plus_seconds('counts_from', 'target_seconds - seconds_before - offset_seconds') }}) as due_at
    from counted
    where seconds_before + open_seconds >= target_seconds
    group by ticket_id

)

select
    targets.ticket_id,
    targets.target_seconds,
    targets.is_in_business_hours,
    case
        when targets.is_in_business_hours then due_in_business_hours.due_at
        else {{ plus_seconds('targets.opened_at', 'targets.target_seconds') }}
    end as first_response_due_at
from targets
left join due_in_business_hours on targets.ticket_id = due_in_business_hours.ticket_id

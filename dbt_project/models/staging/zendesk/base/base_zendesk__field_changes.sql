-- Real changes of the fields that are reported on, in order; a row that repeats the value before is none.
with history as (

    select * from {{ raw_rows('zendesk', 'ticket_field_history') }}

),

changes as (

    select
        {{ to_text('ticket_id') }} as ticket_id,
        {{ to_text('field_name') }} as field_name,
        {{ to_timestamp('updated') }} as changed_at,
        {{ to_text('user_id') }} as user_id,
        lower({{ to_text('value') }}) as value_after,
        _load_id,
        _file,
        _row
    from history
    where {{ to_text('field_name') }} in ('status', 'priority', 'assignee_id', 'satisfaction_score')

),

compared as (

    select
        *,
        lag(value_after) over (partition by ticket_id, field_name order by changed_at) as value_before,
        row_number() over (partition by ticket_id, field_name order by changed_at) = 1 as is_first
    from changes

)

select
    ticket_id,
    field_name,
    changed_at,
    user_id,
    value_before,
    value_after,
    is_first,
    _load_id,
    _file,
    _row
from compared
where is_first or coalesce(value_before, '') <> coalesce(value_after, '')

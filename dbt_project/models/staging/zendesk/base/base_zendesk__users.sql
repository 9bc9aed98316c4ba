-- Users with what they are in a conversation: the customer, or somebody who answers.
with users as (

    select * from {{ raw_rows('zendesk', 'user') }}

),

roles as (

    select * from {{ ref('zendesk__user_role') }}

)

select
    {{ to_text('users.id') }} as user_id,
    {{ to_text('users.role') }} as role_raw,
    roles.actor_role,
    {{ to_text('users.name') }} as full_name,
    lower({{ to_text('users.email') }}) as email,
    {{ to_boolean('users.verified') }} as is_email_verified,
    {{ to_text('users.phone') }} as phone,
    {{ to_text('users.locale') }} as language_tag,
    coalesce({{ to_boolean('users.active') }}, true)
    and not coalesce({{ to_boolean('users.suspended') }}, false) as is_active,
    {{ to_timestamp('users.created_at') }} as created_at,
    {{ to_timestamp('users.updated_at') }} as updated_at,
    not coalesce({{ to_boolean('users.active') }}, true)
    or {{ fivetran_is_deleted('users') }} as is_deleted,
    users._load_id,
    users._file,
    users._row
from users
left join roles on lower({{ to_text('users.role') }}) = roles.role_raw

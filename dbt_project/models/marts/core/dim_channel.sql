with channels as (

    select * from {{ newest_per_key('int_channels__unioned', 'channel_key') }}

)

select
    channel_key,
    channel_id,
    channel_name,
    channel_type,
    is_deleted,
    source_system,
    company_id
from channels

union all

select
    {{ unknown_key() }} as channel_key,
    'unknown' as channel_id,
    'unknown' as channel_name,
    'unknown' as channel_type,
    false as is_deleted,
    'unknown' as source_system,
    '{{ var("company_id") }}' as company_id

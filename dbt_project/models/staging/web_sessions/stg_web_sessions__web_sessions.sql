-- Sessions are personal and many; what leaves the raw table is how many there were of a day, channel, country and device.
with sessions as (

    select * from {{ raw_rows('web_sessions', 'session') }}

),

devices as (

    select * from {{ ref('web_sessions__devices') }}

),

read as (

    select
        {{ to_text('sessions.visitor_id') }} as visitor_id,
        lower({{ to_text('sessions.channel') }}) as channel_id,
        upper({{ to_text('sessions.country_code') }}) as country_code,
        devices.device_type,
        {{ utc_of_offset(to_text('sessions.started_at')) }} as started_at,
        coalesce({{ to_integer('sessions.cart_adds') }}, 0) > 0 as has_cart,
        coalesce({{ to_integer('sessions.checkouts') }}, 0) > 0
        or {{ to_text('sessions.order_number') }} is not null as has_checkout,
        sessions._load_id,
        sessions._file,
        sessions._row
    from sessions
    left join devices on lower({{ to_text('sessions.device') }}) = devices.device

),

dated as (

    select
        *,
        cast(started_at as date) as session_on,
        coalesce(cast(cast(started_at as date) as varchar), 'unknown') || '-' || coalesce(channel_id, 'unknown') || '-'
        || coalesce(country_code, 'unknown') || '-' || coalesce(device_type, 'unknown') as source_id
    from read

),

counted as (

    select
        source_id,
        cast(count(*) as integer) as session_count,
        cast(count(distinct visitor_id) as integer) as visitor_count,
        cast(sum(case when has_cart then 1 else 0 end) as integer) as cart_count,
        cast(sum(case when has_checkout then 1 else 0 end) as integer) as checkout_count
    from dated
    group by source_id

),

-- The session that came last says where the figures come from.
newest as (

    select *
    from dated
    qualify row_number() over (
        partition by source_id order by _load_id desc, started_at desc nulls last, _file desc, _row desc
    ) = 1

)

select
    {{ entity_key('web_session', 'web_sessions', 'newest.source_id') }} as web_session_key,
    {{ entity_key('channel', 'web_sessions', 'newest.channel_id') }} as channel_key,
    newest.session_on,
    newest.country_code,
    newest.device_type,
    counted.session_count,
    counted.visitor_count,
    counted.cart_count,
    counted.checkout_count,
    {{ origin_columns('web_sessions', 'newest.source_id', 'newest.started_at', origin='newest') }}
from newest
inner join counted on newest.source_id = counted.source_id

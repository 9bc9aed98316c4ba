-- Carriers are matched in capitals and tracking numbers without blanks, as they are printed on labels with them.
with events as (

    select * from {{ raw_rows('carrier_tracking', 'event') }}

),

codes as (

    select * from {{ ref('carrier_tracking__event_codes') }}

),

cleaned as (

    select
        upper({{ to_text('carrier_code') }}) as carrier_id,
        upper(replace({{ to_text('tracking_number') }}, ' ', '')) as tracking_number,
        {{ to_timestamp('event_time') }} as occurred_at,
        coalesce(cast({{ to_timestamp('event_time') }} as varchar), {{ to_text('event_time') }}) as event_time_id,
        upper({{ to_text('event_code') }}) as status_raw,
        {{ to_date('promised_on') }} as promised_on,
        {{ to_text('place') }} as place_name,
        upper({{ to_text('country_code') }}) as country_code,
        _load_id,
        _file,
        _row
    from events

),

-- The same moment may come again, written with another offset. One that cannot be read is told apart by its text.
told_once as (

    select *
    from cleaned
    qualify row_number() over (
        partition by carrier_id, tracking_number, event_time_id, status_raw
        order by _load_id, _row
    ) = 1

)

select
    told_once.carrier_id,
    told_once.tracking_number,
    told_once.occurred_at,
    told_once.event_time_id,
    told_once.status_raw,
    told_once.promised_on,
    told_once.place_name,
    told_once.country_code,
    told_once._load_id,
    told_once._file,
    told_once._row,
    -- The carrier's own meaning of a code goes before the one that all share.
    coalesce(own_codes.status, shared_codes.status) as status,
    coalesce(own_codes.leg, shared_codes.leg) as leg
from told_once
left join codes as own_codes
    on told_once.carrier_id = own_codes.carrier_code and told_once.status_raw = own_codes.status_raw
left join codes as shared_codes
    on shared_codes.carrier_code = '*' and told_once.status_raw = shared_codes.status_raw

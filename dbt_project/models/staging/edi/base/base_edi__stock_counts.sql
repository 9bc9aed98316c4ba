-- Stock that partners report: the newest figure of each article, place and day.
with messages as (

    select * from {{ ref('base_edi__messages') }}

),

lines as (

    select * from {{ ref('base_edi__lines') }}

),

parties as (

    select * from {{ ref('base_edi__parties') }}

),

counted as (

    select
        places.party_name,
        places.country_code,
        messages.document_on as counted_on,
        messages.prepared_at,
        lines.item_id,
        lines.quantity,
        lines.unit_code,
        lines._load_id,
        lines._file,
        lines._row,
        coalesce(places.our_number, places.party_id, messages.partner_id) as warehouse_id
    from messages
    inner join lines on messages.message_key = lines.message_key
    left join parties as places
        on messages.message_key = places.message_key and places.party_role = 'warehouse'
    where messages.message_type in ('846', 'INVRPT') and messages.direction = 'received'

)

select
    warehouse_id,
    party_name,
    country_code,
    counted_on,
    prepared_at,
    item_id,
    quantity,
    unit_code,
    _load_id,
    _file,
    _row
from counted
qualify row_number() over (
    partition by warehouse_id, item_id, counted_on
    order by prepared_at desc nulls last, _load_id desc, _row desc
) = 1

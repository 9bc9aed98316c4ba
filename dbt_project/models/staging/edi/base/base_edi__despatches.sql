-- Shipments that suppliers announced: the newest message of each.
with messages as (

    select * from {{ ref('base_edi__messages') }}

),

announced as (

    select *
    from messages
    where message_type in ('856', 'DESADV') and direction = 'received' and document_number is not null

)

select
    message_key,
    partner_id,
    document_number,
    partner_id || '-' || document_number as source_id,
    coalesce(
        {{ entity_key('shipment', 'edi', 'tracking_number') }},
        {{ entity_key('shipment', 'edi', ['partner_id', 'document_number']) }}
    ) as shipment_key,
    tracking_number,
    carrier_code,
    order_number,
    coalesce(shipped_on, document_on) as shipped_on,
    promised_on,
    status_raw,
    currency_code,
    prepared_at,
    _load_id,
    _file,
    _row
from announced
qualify row_number() over (
    partition by coalesce(tracking_number, partner_id || '-' || document_number)
    order by prepared_at desc nulls last, _load_id desc, _row desc
) = 1

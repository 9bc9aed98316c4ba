-- Partners that order from us.
with orders as (

    select * from {{ ref('base_edi__orders') }}

),

parties as (

    select * from {{ ref('base_edi__parties') }}

),

partners as (

    select * from {{ raw_rows('edi', 'partner') }}

),

buyers as (

    select *
    from orders
    where direction = 'received'
    qualify row_number() over (
        partition by partner_id order by source_updated_at desc nulls last, _load_id desc, _row desc
    ) = 1

)

select
    {{ entity_key('channel', 'edi', 'buyers.partner_id') }} as channel_key,
    buyers.partner_id as channel_id,
    coalesce({{ to_text('partners.name') }}, parties.party_name, buyers.partner_id) as channel_name,
    'partner' as channel_type,
    {{ origin_columns('edi', 'buyers.partner_id', 'buyers.source_updated_at', origin='buyers') }}
from buyers
left join parties on buyers.message_key = parties.message_key and parties.party_role = 'buyer'
left join partners on buyers.partner_id = {{ to_text('partners.party_id') }}

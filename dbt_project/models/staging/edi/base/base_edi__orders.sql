-- Orders, sent and received, as their newest message says; and the newest of all that was said of an order since then.
with messages as (

    select * from {{ ref('base_edi__messages') }}

),

lines as (

    select * from {{ ref('base_edi__lines') }}

),

parties as (

    select * from {{ ref('base_edi__parties') }}

),

orders as (

    select *
    from messages
    where message_type in ('850', 'ORDERS') and direction is not null and document_number is not null

),

-- A cancellation may come without the lines that it cancels, so it says nothing of them.
contents as (

    select *
    from orders
    qualify row_number() over (
        partition by direction, partner_id, document_number
        order by purpose_code in ('01', '1'), prepared_at desc nulls last, _load_id desc, _row desc
    ) = 1

),

-- The seller answers, the buyer orders; a despatch can answer for several orders, which its lines name.
answers as (

    select
        case when direction = 'sent' then 'received' else 'sent' end as direction,
        partner_id,
        order_number as document_number,
        status_raw,
        cast(null as date) as shipped_on,
        prepared_at,
        _load_id,
        _row
    from messages
    where message_type in ('855', 'ORDRSP') and order_number is not null
    union all
    select
        'received' as direction,
        messages.partner_id,
        coalesce(lines.order_number, messages.order_number) as document_number,
        messages.status_raw,
        coalesce(messages.shipped_on, messages.document_on) as shipped_on,
        messages.prepared_at,
        messages._load_id,
        messages._row
    from messages
    left join lines on messages.message_key = lines.message_key
    where messages.message_type in ('856', 'DESADV') and messages.direction = 'sent'

),

said as (

    select
        direction,
        partner_id,
        document_number,
        status_raw,
        shipped_on,
        prepared_at,
        _load_id,
        _row
    from answers
    union all
    select
        direction,
        partner_id,
        document_number,
        status_raw,
        cast(null as date) as shipped_on,
        prepared_at,
        _load_id,
        _row
    from orders

),

newest as (

    select
        direction,
        partner_id,
        document_number,
        status_raw,
        prepared_at,
        max(shipped_on) over (partition by direction, partner_id, document_number) as shipped_on
    from said
    qualify row_number() over (
        partition by direction, partner_id, document_number
        order by prepared_at desc nulls last, _load_id desc, _row desc
    ) = 1

),

-- Of an order whose confirmation refuses every line nothing is left, whatever its header says.
refused as (

    select messages.message_key
    from messages
    inner join lines on messages.message_key = lines.message_key
    where messages.message_type in ('855', 'ORDRSP')
    group by messages.message_key
    having min(case when lines.response_code in ('IR', 'R1', 'R2', 'R3', 'R4', '7') then 1 else 0 end) = 1

),

refused_orders as (

    select
        messages.partner_id,
        messages.order_number,
        messages.prepared_at,
        case when messages.direction = 'sent' then 'received' else 'sent' end as direction
    from messages
    inner join refused on messages.message_key = refused.message_key

)

select
    contents.message_key,
    contents.direction,
    contents.partner_id,
    contents.document_number,
    contents.document_on,
    contents.requested_on,
    contents.currency_code,
    contents.carrier_code,
    suppliers.party_id as supplier_party_id,
    suppliers.our_number as supplier_number,
    ship_to.country_code as ship_to_country_code,
    newest.shipped_on,
    newest.prepared_at as source_updated_at,
    contents._load_id,
    contents._file,
    contents._row,
    case
        when refused_orders.order_number is not null then split_part(newest.status_raw, ' ', 1) || ' all lines refused'
        else newest.status_raw
    end as status_raw
from contents
inner join newest
    on
        contents.direction = newest.direction
        and contents.partner_id = newest.partner_id
        and contents.document_number = newest.document_number
left join refused_orders
    on
        newest.direction = refused_orders.direction
        and newest.partner_id = refused_orders.partner_id
        and newest.document_number = refused_orders.order_number
        and newest.prepared_at = refused_orders.prepared_at
left join parties as suppliers
    on contents.message_key = suppliers.message_key and suppliers.party_role = 'supplier'
left join parties as ship_to
    on contents.message_key = ship_to.message_key and ship_to.party_role = 'ship_to'

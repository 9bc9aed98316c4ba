-- Lines of all kinds of messages. A line is a PO1, IT1 or LIN with what follows it; in an 856 it is an item level.
with segments as (

    select * from {{ ref('base_edi__segments') }}

),

items as (

    select * from {{ ref('base_edi__line_items') }}

),

units as (

    select * from {{ ref('edi__units') }}

),

orders as (

    select
        message_key,
        line_position,
        {{ edi_first("tag = 'PRF'", edi_text(1)) }} as order_number
    from segments
    where line_level = 'O'
    group by message_key, line_position

),

collected as (

    select
        message_key,
        standard,
        message_type,
        direction,
        partner_id,
        line_position,
        order_position,
        _load_id,
        _file,
        min(_row) as _row,
        min(case when tag in ('PO1', 'IT1', 'LIN') then {{ edi_text(1) }} end) as line_number,
        coalesce(
            {{ edi_first("tag = 'PO1'", edi_decimal(edi_text(2))) }},
            {{ edi_first("tag = 'SN1'", edi_decimal(edi_text(2))) }},
            {{ edi_first(
                "tag = 'QTY' and standard = 'X12' and " ~ edi_text(1) ~ " in ('17', '33')",
                edi_decimal(edi_text(2))
            ) }},
            {{ edi_first(
                "tag = 'QTY' and standard = 'EDIFACT' and message_type in ('ORDERS', 'ORDRSP') and " ~ edi_text(1)
                ~ " in ('21', '1')", edi_decimal(edi_text(1, 1))
            ) }},
            {{ edi_first(
                "tag = 'QTY' and message_type = 'DESADV' and " ~ edi_text(1) ~ " = '12'", edi_decimal(edi_text(1, 1))
            ) }},
            {{ edi_first(
                "tag = 'QTY' and message_type = 'INVRPT' and " ~ edi_text(1) ~ " in ('145', '17')",
                edi_decimal(edi_text(1, 1))
            ) }}
        ) as quantity,
        coalesce(
            {{ edi_first("tag in ('PO1', 'SN1') or (tag = 'QTY' and standard = 'X12')", edi_text(3)) }},
            {{ edi_first("tag = 'QTY' and standard = 'EDIFACT'", edi_text(1, 2)) }}
        ) as unit_raw,
        coalesce(
            {{ edi_first("tag = 'PO1'", edi_decimal(edi_text(4))) }},
            {{ edi_first(
                "tag = 'PRI' and " ~ edi_text(1) ~ " in ('AAA', 'AAB', 'INF')",
                edi_decimal(edi_text(1, 1))
            ) }}
        ) as unit_price,
        coalesce(
            {{ edi_day("X12", "in ('002', '010', '106')") }},
            {{ edi_day("EDIFACT", "in ('2', '63', '69')") }}
        ) as requested_on,
        {{ edi_first("tag = 'RFF' and " ~ edi_text(1) ~ " = 'ON'", edi_text(1, 1)) }} as order_number,
        {{ edi_first("tag = 'RFF' and " ~ edi_text(1) ~ " = 'ON'", edi_text(1, 2)) }} as order_line_number,
        coalesce(
            {{ edi_first("tag = 'ACK'", edi_text(1)) }},
            {{ edi_first("tag = 'LIN' and message_type = 'ORDRSP'", edi_text(2)) }}
        ) as response_code,
        coalesce(
            {{ edi_first("tag = 'ACK'", edi_decimal(edi_text(2))) }},
            {{ edi_first(
                "tag = 'QTY' and message_type = 'ORDRSP' and " ~ edi_text(1) ~ " in ('113', '12')",
                edi_decimal(edi_text(1, 1))
            ) }},
            {{ edi_first(
                "tag = 'QTY' and message_type = 'ORDRSP' and " ~ edi_text(1) ~ " = '21'",
                edi_decimal(edi_text(1, 1))
            ) }}
        ) as confirmed_quantity,
        coalesce(
            {{ edi_first("tag = 'ACK'", edi_date(edi_text(5))) }},
            {{ edi_first("tag = 'SCH'", edi_date(edi_text(6))) }},
            {{ edi_day("EDIFACT", "in ('67', '69', '2')", "message_type = 'ORDRSP'") }}
        ) as confirmed_on
    from segments
    where line_position is not null and (line_level is null or line_level = 'I')
    group by message_key, standard, message_type, direction, partner_id, line_position, order_position, _load_id, _file

)

select
    collected.message_key,
    collected.message_type,
    collected.direction,
    collected.partner_id,
    collected.line_position,
    items.item_id,
    collected.quantity,
    collected.unit_price,
    collected.requested_on,
    collected.response_code,
    collected.confirmed_quantity,
    collected.confirmed_on,
    collected._load_id,
    collected._file,
    collected._row,
    -- A line without a number of its own has its place in the message for one.
    coalesce(
        try_cast(collected.line_number as integer),
        cast(row_number() over (partition by collected.message_key order by collected.line_position) as integer)
    ) as line_number,
    coalesce(units.unit_code, collected.unit_raw, 'EA') as unit_code,
    coalesce(collected.order_number, orders.order_number) as order_number,
    try_cast(
        coalesce(
            collected.order_line_number,
            case when orders.order_number is not null then collected.line_number end
        ) as integer
    ) as order_line_number
from collected
left join items on collected.message_key = items.message_key and collected.line_position = items.line_position
left join orders on collected.message_key = orders.message_key and collected.order_position = orders.line_position
left join units on collected.unit_raw = units.unit_raw

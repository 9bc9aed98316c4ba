-- Segments of messages that count: without defect and no tests, with the line that each belongs to
-- by its position.
{{ config(materialized='table') }}

with received as (

    select * from {{ raw_rows('edi', 'segment', keep='all') }}

),

messages as (

    select
        _load_id || '-' || message_segment as message_key,
        standard,
        message_type,
        case
            when sender in ({{ edi_own_ids('edi') }}) then 'sent'
            when receiver in ({{ edi_own_ids('edi') }}) then 'received'
        end as direction,
        case when sender in ({{ edi_own_ids('edi') }}) then receiver else sender end as partner_id,
        cast(prepared_at as timestamp) as prepared_at,
        cast(segment_position as integer) as segment_position,
        tag,
        elements,
        _load_id,
        _file,
        _row
    from received
    where message_segment is not null and defect_code is null and is_test = 'false'

),

marked as (

    select
        *,
        case
            when message_type = '856' then tag = 'HL'
            when standard = 'X12' then tag in ('PO1', 'IT1') or (message_type = '846' and tag = 'LIN')
            else tag = 'LIN'
        end as begins_line,
        tag in ('CTT', 'UNS') as ends_lines
    from messages

),

counted as (

    select
        *,
        max(case when begins_line then segment_position end) over so_far as begun_at,
        max(case when ends_lines then segment_position end) over so_far as ended_at,
        -- Levels of an 856 follow each other from the top down, so an item belongs to the order last named.
        max(case when tag = 'HL' and {{ edi_text(3) }} = 'O' then segment_position end) over so_far as order_position
    from marked
    window so_far as (partition by message_key order by segment_position rows unbounded preceding)

),

placed as (

    select
        *,
        case when begun_at > coalesce(ended_at, 0) then begun_at end as line_position
    from counted

)

select
    message_key,
    standard,
    message_type,
    direction,
    partner_id,
    prepared_at,
    segment_position,
    line_position,
    order_position,
    max(case when tag = 'HL' then {{ edi_text(3) }} end) over (partition by message_key, line_position) as line_level,
    tag,
    elements,
    _load_id,
    _file,
    _row
from placed

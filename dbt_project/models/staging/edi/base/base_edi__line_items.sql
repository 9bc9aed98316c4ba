-- Which article a line means: of all numbers that it gives, the one that its side prefers.
with segments as (

    select * from {{ ref('base_edi__segments') }}

),

qualifiers as (

    select * from {{ ref('edi__item_qualifiers') }}

),

-- X12 lists pairs of qualifier and number: in a PO1 or IT1 from element 6 on, in a LIN from element 2 on.
numbered as (

    {% for first in [6, 8, 10, 12, 14, 16] %}
        select
            message_key,
            standard,
            direction,
            line_position,
            {{ edi_text(first) }} as qualifier,
            {{ edi_text(first + 1) }} as item_id
        from segments
        where standard = 'X12' and tag in ('PO1', 'IT1')
        union all
        select
            message_key,
            standard,
            direction,
            line_position,
            {{ edi_text(first - 4) }} as qualifier,
            {{ edi_text(first - 3) }} as item_id
        from segments
        where standard = 'X12' and tag = 'LIN'
        union all
    {% endfor %}
    {% for element in [2, 3, 4] %}
        select
            message_key,
            standard,
            direction,
            line_position,
            {{ edi_text(element, 1) }} as qualifier,
            {{ edi_text(element, 0) }} as item_id
        from segments
        where standard = 'EDIFACT' and tag = 'PIA'
        union all
    {% endfor %}
    select
        message_key,
        standard,
        direction,
        line_position,
        {{ edi_text(3, 1) }} as qualifier,
        {{ edi_text(3, 0) }} as item_id
    from segments
    where standard = 'EDIFACT' and tag = 'LIN'

),

-- We buy what we order and what suppliers confirm and ship to us; stock at partners is what we sell.
sides as (

    select distinct
        message_key,
        message_type not in ('846', 'INVRPT')
        and (message_type in ('850', 'ORDERS')) = (direction = 'sent') as is_bought
    from segments

),

ranked as (

    select
        numbered.message_key,
        numbered.line_position,
        numbered.item_id,
        numbered.qualifier,
        case
            when sides.is_bought then qualifiers.bought_rank
            else qualifiers.sold_rank
        end as preference
    from numbered
    inner join sides on numbered.message_key = sides.message_key
    inner join qualifiers
        on numbered.standard = qualifiers.standard and numbered.qualifier = qualifiers.qualifier
    where numbered.item_id is not null and numbered.line_position is not null

)

select
    message_key,
    line_position,
    item_id,
    qualifier
from ranked
where preference is not null
qualify row_number() over (partition by message_key, line_position order by preference, qualifier) = 1

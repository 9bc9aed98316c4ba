-- Who and where: N1 with the N4 that follows it, and NAD. Our own number comes from the message if it is the
-- buyer's, else from the list of partners.
with segments as (

    select * from {{ ref('base_edi__segments') }}

),

partners as (

    select * from {{ raw_rows('edi', 'partner') }}

),

named as (

    select
        message_key,
        direction,
        segment_position,
        tag,
        {{ edi_text(1) }} as role_code,
        case when tag = 'N1' then {{ edi_text(2) }} else {{ edi_text(4) }} end as party_name,
        case when tag = 'N1' then {{ edi_text(4) }} else {{ edi_text(2) }} end as party_id,
        case when tag = 'N1' then {{ edi_text(3) }} else {{ edi_text(2, 2) }} end as id_qualifier,
        case
            when tag = 'NAD' then {{ edi_text(9) }}
            -- A state without a country is one of the USA or Canada; which, the message leaves open.
            when tag = 'N4' then {{ edi_text(4) }}
        end as country_code
    from segments
    where tag in ('N1', 'N4', 'NAD') and (line_position is null or line_level = 'S')

),

located as (

    select
        *,
        case
            when tag = 'NAD' then country_code
            when lead(tag) over following = 'N4' then lead(country_code) over following
        end as located_in
    from named
    window following as (partition by message_key order by segment_position)

),

roles as (

    select
        *,
        case
            when role_code in ('SU', 'SE', 'VN') then 'supplier'
            when role_code in ('BY', 'BT') then 'buyer'
            when role_code in ('ST', 'DP', 'UC') then 'ship_to'
            when role_code in ('WH', 'GY', 'LC') then 'warehouse'
            when role_code in ('CA') then 'carrier'
        end as party_role
    from located
    where tag in ('N1', 'NAD')

)

select
    roles.message_key,
    roles.party_role,
    roles.party_id,
    coalesce(
        {{ to_text('partners.our_number') }},
        case when roles.id_qualifier = '92' then roles.party_id end
    ) as our_number,
    coalesce({{ to_text('partners.name') }}, roles.party_name) as party_name,
    case when length(roles.located_in) = 2 then upper(roles.located_in) end as country_code
from roles
left join partners on roles.party_id = {{ to_text('partners.party_id') }}
where roles.party_role is not null
qualify row_number() over (partition by roles.message_key, roles.party_role order by roles.segment_position) = 1

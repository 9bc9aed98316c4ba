with addresses as (

    select * from {{ raw_rows('tryton', 'party_address') }}

),

countries as (

    select * from {{ raw_rows('tryton', 'country_country') }}

),

subdivisions as (

    select * from {{ raw_rows('tryton', 'country_subdivision') }}

)

select
    addresses.id as address_id,
    addresses.party as party_id,
    case
        when {{ to_boolean('addresses.invoice') }} and {{ to_boolean('addresses.delivery') }} then 'invoice and delivery'
        when {{ to_boolean('addresses.invoice') }} then 'invoice'
        when {{ to_boolean('addresses.delivery') }} then 'delivery'
    end as address_type,
    -- The street is one text, or its parts, by what the country's format asks for.
    coalesce(
        {{ to_text('addresses.street_unstructured') }},
        {{ to_text("concat_ws(' ', addresses.street_name, addresses.building_number)") }},
        {{ to_text('addresses.post_box') }}
    ) as address_line_1,
    {{ to_text("concat_ws(' ', addresses.building_name, addresses.unit_number, addresses.floor_number, addresses.room_number)") }}
        as address_line_2,
    {{ to_text('addresses.city') }} as city,
    {{ to_text('addresses.postal_code') }} as postal_code,
    -- ISO 3166-2 names the country first: US-NY.
    nullif(split_part({{ to_text('subdivisions.code') }}, '-', 2), '') as region_code,
    {{ to_text('subdivisions.name') }} as region_name,
    {{ to_text('countries.code') }} as country_code,
    row_number() over (
        partition by addresses.party
        order by
            {{ is_gone('addresses') }},
            {{ to_boolean('addresses.active') }} desc nulls last,
            {{ to_integer('addresses.sequence') }} nulls last,
            {{ to_integer('addresses.id') }}
    ) = 1 as is_default,
    {{ tryton_updated_at('addresses') }} as updated_at,
    {{ is_gone('addresses') }} or not coalesce({{ to_boolean('addresses.active') }}, true) as is_deleted,
    addresses._load_id,
    addresses._file,
    addresses._row
from addresses
left join countries on addresses.country = countries.id
left join subdivisions on addresses.subdivision = subdivisions.id

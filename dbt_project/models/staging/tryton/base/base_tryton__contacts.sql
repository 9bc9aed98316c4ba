with mechanisms as (

    select * from {{ raw_rows('tryton', 'party_contact_mechanism', 'live') }}

),

ranked as (

    select
        party as party_id,
        type as contact_type,
        {{ to_text('value') }} as contact_value,
        row_number() over (
            partition by party, type
            order by {{ to_integer('sequence') }} nulls last, {{ to_integer('id') }}
        ) as preference
    from mechanisms
    where {{ to_boolean('active') }} and {{ to_text('value') }} is not null

)

select
    party_id,
    max(case when contact_type = 'email' then contact_value end) as email,
    coalesce(
        max(case when contact_type = 'phone' then contact_value end),
        max(case when contact_type = 'mobile' then contact_value end)
    ) as phone
from ranked
where preference = 1
group by party_id

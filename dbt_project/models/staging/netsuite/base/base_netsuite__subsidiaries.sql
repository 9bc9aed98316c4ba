with subsidiaries as (

    select * from {{ fivetran_rows('netsuite', 'subsidiary') }}

),

currencies as (

    select * from {{ fivetran_rows('netsuite', 'currency') }}

)

select
    subsidiaries.id as subsidiary_id,
    {{ to_text('subsidiaries.name') }} as subsidiary_name,
    upper({{ to_text('currencies.symbol') }}) as currency_code,
    -- The one without a parent; a company that stands above itself counts as such.
    row_number() over (
        order by
            case
                when coalesce({{ to_text('subsidiaries.parent') }}, subsidiaries.id) = subsidiaries.id then 1
                else 2
            end,
            {{ to_integer('subsidiaries.id') }}
    ) = 1 as is_top
from subsidiaries
left join currencies on {{ to_text('subsidiaries.currency') }} = currencies.id
where not subsidiaries.is_gone

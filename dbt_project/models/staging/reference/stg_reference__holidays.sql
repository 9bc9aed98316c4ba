-- The holidays that Weft ships, with the company's corrections put on top: a row of its own adds a day, renames it or
-- takes it away.
with shipped as (

    select * from {{ ref('reference__holidays') }}

),

own as (

    select * from {{ raw_rows('reference', 'holiday') }}

),

days as (

    select
        country_code,
        holiday_on,
        holiday_name,
        true as is_holiday,
        false as is_own,
        cast(null as bigint) as _load_id,
        'seed reference__holidays' as _file,
        cast(null as bigint) as _row
    from shipped

    union all

    select
        upper({{ to_text('country_code') }}) as country_code,
        {{ to_date('holiday_on') }} as holiday_on,
        {{ to_text('holiday_name') }} as holiday_name,
        coalesce({{ to_boolean('is_holiday') }}, true) as is_holiday,
        true as is_own,
        _load_id,
        _file,
        _row
    from own

),

chosen as (

    select *
    from days
    qualify row_number() over (partition by country_code, holiday_on order by is_own desc) = 1

)

select
    {{ entity_key('holiday', 'reference', ['country_code', 'holiday_on']) }} as holiday_key,
    country_code,
    holiday_on,
    holiday_name,
    {{ origin_columns('reference', "country_code || '@' || holiday_on") }}
from chosen
where is_holiday

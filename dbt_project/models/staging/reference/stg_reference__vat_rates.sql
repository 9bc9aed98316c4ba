-- The rates that Weft ships, with those of the company put on top. A rate holds until the next one of its kind begins.
with shipped as (

    select * from {{ ref('reference__vat_rates') }}

),

own as (

    select * from {{ raw_rows('reference', 'vat_rate') }}

),

rates as (

    select
        country_code,
        rate_type,
        valid_from,
        rate,
        false as is_own,
        cast(null as bigint) as _load_id,
        'seed reference__vat_rates' as _file,
        cast(null as bigint) as _row
    from shipped

    union all

    select
        upper({{ to_text('country_code') }}) as country_code,
        lower({{ to_text('rate_type') }}) as rate_type,
        {{ to_date('valid_from') }} as valid_from,
        {{ to_decimal('rate', 6, 9) }} as rate,
        true as is_own,
        _load_id,
        _file,
        _row
    from own

),

chosen as (

    select *
    from rates
    qualify row_number() over (partition by country_code, rate_type, valid_from order by is_own desc) = 1

)

select
    {{ entity_key('vat_rate', 'reference', ['country_code', 'rate_type', 'valid_from']) }} as vat_rate_key,
    country_code,
    rate_type,
    valid_from,
    lead(valid_from) over (partition by country_code, rate_type order by valid_from) as valid_to,
    rate,
    {{ origin_columns('reference', "country_code || '-' || rate_type || '@' || valid_from") }}
from chosen

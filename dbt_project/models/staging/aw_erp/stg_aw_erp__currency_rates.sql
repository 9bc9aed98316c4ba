with rates as (

    select * from {{ raw_rows('aw_erp', 'currency_rate') }}

)

select
    {{ to_text('from_currency_code') }} as from_currency_code,
    {{ to_text('to_currency_code') }} as to_currency_code,
    {{ to_date('currency_rate_date') }} as rate_on,
    {{ to_decimal('end_of_day_rate', 8) }} as rate,
    'end_of_day' as rate_type,
    'erp' as rate_source,
    {{ origin_columns('aw_erp', 'currency_rate_id', to_timestamp('modified_date')) }}
from rates

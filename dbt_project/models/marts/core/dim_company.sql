select
    '{{ var("company_id") }}' as company_id,
    '{{ var("company_name") | replace("'", "''") }}' as company_name,
    {{ reporting_currency_code() }} as reporting_currency_code,
    cast({{ var('fiscal_year_start_month') }} as integer) as fiscal_year_start_month

union all

select
    'unknown' as company_id,
    'unknown' as company_name,
    {{ known_currency('null') }} as reporting_currency_code,
    cast(1 as integer) as fiscal_year_start_month

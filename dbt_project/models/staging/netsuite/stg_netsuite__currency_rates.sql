-- Consolidated rates are kept per accounting period and pair of subsidiaries. The current rate is that of the
-- period's last day; subsidiaries of one currency share it, so of equal pairs of currencies one is enough.
with consolidated as (

    select
        *,
        {{ fivetran_is_deleted() }} as is_gone
    from {{ raw_rows('netsuite', 'consolidated_exchange_rate') }}

),

periods as (

    select * from {{ fivetran_rows('netsuite', 'accounting_period') }}

),

currencies as (

    select * from {{ fivetran_rows('netsuite', 'currency') }}

),

pairs as (

    select
        consolidated.id as rate_id,
        upper({{ to_text('from_currencies.symbol') }}) as from_currency_code,
        upper({{ to_text('to_currencies.symbol') }}) as to_currency_code,
        {{ to_date('periods.enddate') }} as rate_on,
        {{ to_decimal('consolidated.currentrate', 8) }} as current_rate,
        {{ to_decimal('consolidated.averagerate', 8) }} as average_rate,
        {{ to_timestamp('consolidated.fivetran_synced') }} as updated_at,
        consolidated.is_gone,
        consolidated._load_id,
        consolidated._file,
        consolidated._row
    from consolidated
    inner join periods on {{ to_text('consolidated.postingperiod') }} = periods.id
    inner join currencies as from_currencies on {{ to_text('consolidated.fromcurrency') }} = from_currencies.id
    inner join currencies as to_currencies on {{ to_text('consolidated.tocurrency') }} = to_currencies.id
    where
        not coalesce({{ to_boolean('periods.isquarter') }}, false)
        and not coalesce({{ to_boolean('periods.isyear') }}, false)
        and not coalesce({{ to_boolean('periods.isadjust') }}, false)

),

single_pairs as (

    select *
    from pairs
    where from_currency_code <> to_currency_code
    qualify row_number() over (
        partition by from_currency_code, to_currency_code, rate_on
        order by is_gone, {{ to_integer('rate_id') }}
    ) = 1

),

rates as (

    select
        rate_id,
        from_currency_code,
        to_currency_code,
        rate_on,
        current_rate as rate,
        'end_of_day' as rate_type,
        updated_at,
        is_gone,
        _load_id,
        _file,
        _row
    from single_pairs

    union all

    select
        rate_id,
        from_currency_code,
        to_currency_code,
        rate_on,
        average_rate as rate,
        'average' as rate_type,
        updated_at,
        is_gone,
        _load_id,
        _file,
        _row
    from single_pairs

)

select
    from_currency_code,
    to_currency_code,
    rate_on,
    rate,
    rate_type,
    'erp' as rate_source,
    {{ origin_columns('netsuite', "rate_id || '-' || rate_type", 'updated_at', 'is_gone') }}
from rates
where rate is not null

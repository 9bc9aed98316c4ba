-- Work centres are a tree; work is done at those that have no other below them. Tryton gives them no code, so their name is it.
with centres as (

    select * from {{ raw_rows('tryton', 'production_work_center') }}

),

companies as (

    select * from {{ raw_rows('tryton', 'company_company', 'live') }}

),

currencies as (

    select * from {{ raw_rows('tryton', 'currency_currency') }}

),

parents as (

    select distinct {{ to_text('parent') }} as parent_id
    from centres
    where {{ to_text('parent') }} is not null and not {{ is_gone() }}

),

-- The money that all companies of the database keep their books in, if it is one.
book_currency as (

    select case when count(distinct currencies.code) = 1 then min({{ to_text('currencies.code') }}) end as currency_code
    from companies
    inner join currencies on companies.currency = currencies.id

)

select
    {{ entity_key('work_centre', 'tryton', to_text('centres.name')) }} as work_centre_key,
    {{ to_text('centres.name') }} as work_centre_id,
    {{ to_text('centres.name') }} as work_centre_name,
    case when {{ to_text('centres.cost_method') }} = 'hour' then {{ to_decimal('centres.cost_price') }} end as cost_rate_per_hour,
    cast(null as decimal(18, 4)) as available_hours_per_week,
    book_currency.currency_code,
    {{ origin_columns(
        'tryton', 'centres.id', tryton_updated_at('centres'),
        is_gone('centres') ~ ' or not coalesce(' ~ to_boolean('centres.active') ~ ', true)', 'centres'
    ) }}
from centres
left join parents on centres.id = parents.parent_id
cross join book_currency
where parents.parent_id is null

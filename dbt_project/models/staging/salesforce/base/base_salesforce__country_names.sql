-- Country fields of Salesforce are free text unless an administrator restricts them: codes, English names, others.
with countries as (

    select * from {{ ref('countries') }}

),

spellings as (

    select * from {{ ref('salesforce__country_name') }}

),

named as (

    select
        lower(country_code) as spelling,
        country_code
    from countries
    union all
    select
        lower(country_name) as spelling,
        country_code
    from countries
    union all
    select
        lower(country_raw) as spelling,
        country_code
    from spellings

)

select
    spelling,
    min(country_code) as country_code
from named
group by spelling

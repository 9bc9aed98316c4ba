with lines as (

    select * from {{ ref('fct_order_line') }}

),

products as (

    select * from {{ ref('dim_product') }}

),

geographies as (

    select * from {{ ref('dim_geography') }}

),

dates as (

    select * from {{ ref('dim_date') }}

),

-- Lines without a date belong to no week.
weekly_lines as (

    select
        dates.iso_week_start_on,
        dates.iso_year,
        dates.iso_week,
        lines.product_version_key,
        lines.geography_key,
        lines.channel_key,
        lines.order_key,
        lines.quantity,
        lines.net_amount_reporting,
        lines.margin_amount_reporting,
        lines.is_revenue
    from lines
    inner join dates on lines.date_key = dates.date_key
    where lines.is_revenue and dates.date_on is not null

)

select
    weekly_lines.iso_week_start_on as week_start_on,
    weekly_lines.iso_year,
    weekly_lines.iso_week,
    coalesce(products.category_name, 'unknown') as category_name,
    coalesce(geographies.country_code, 'unknown') as country_code,
    weekly_lines.channel_key,
    {{ order_count('weekly_lines.order_key') }} as order_count,
    {{ units_sold('weekly_lines.quantity') }} as quantity,
    {{ net_revenue('weekly_lines.net_amount_reporting') }} as net_amount_reporting,
    {{ margin('weekly_lines.margin_amount_reporting') }} as margin_amount_reporting,
    {{ reporting_currency_code() }} as reporting_currency_code
from weekly_lines
inner join products on weekly_lines.product_version_key = products.product_version_key
inner join geographies on weekly_lines.geography_key = geographies.geography_key
group by
    weekly_lines.iso_week_start_on,
    weekly_lines.iso_year,
    weekly_lines.iso_week,
    coalesce(products.category_name, 'unknown'),
    coalesce(geographies.country_code, 'unknown'),
    weekly_lines.channel_key

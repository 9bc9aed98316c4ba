{%- set reasons = return_reasons() -%}

with order_lines as (

    select * from {{ ref('fct_order_line') }}

),

return_lines as (

    select * from {{ ref('fct_return_line') }}

),

products as (

    select * from {{ ref('dim_product') }}

),

geographies as (

    select * from {{ ref('dim_geography') }}

),

-- Sales and returns of one order stand in the month of the order; a return whose order is not known, in its own.
sold as (

    select
        {{ month_start('ordered_on') }} as ordered_month_on,
        product_version_key,
        geography_key,
        {{ units_sold() }} as sold_quantity,
        {{ net_revenue() }} as sold_net_amount_reporting
    from order_lines
    where is_revenue
    group by {{ month_start('ordered_on') }}, product_version_key, geography_key

),

returned as (

    select
        {{ month_start('coalesce(ordered_on, returned_on)') }} as ordered_month_on,
        product_version_key,
        geography_key,
        sum(quantity) as returned_quantity,
        sum(net_amount_reporting) as returned_net_amount_reporting,
        sum(case when is_restocked then quantity end) as restocked_quantity,
        {%- for reason in reasons %}
            sum(case when reason = '{{ reason }}' then quantity end) as {{ reason }}_returned_quantity,
        {%- endfor %}
        sum(
            case
                when
                    reason not in (
                        '{{ reasons | join("', '") }}'
                    )
                    then quantity
            end
        ) as no_reason_returned_quantity
    from return_lines
    group by {{ month_start('coalesce(ordered_on, returned_on)') }}, product_version_key, geography_key

),

both_sides as (

    select
        ordered_month_on,
        product_version_key,
        geography_key,
        sold_quantity,
        sold_net_amount_reporting,
        cast(0 as decimal(18, 4)) as returned_quantity,
        cast(0 as decimal(24, 8)) as returned_net_amount_reporting,
        cast(0 as decimal(18, 4)) as restocked_quantity,
        {%- for reason in reasons %}
            cast(0 as decimal(18, 4)) as {{ reason }}_returned_quantity,
        {%- endfor %}
        cast(0 as decimal(18, 4)) as no_reason_returned_quantity
    from sold

    union all

    select
        ordered_month_on,
        product_version_key,
        geography_key,
        0 as sold_quantity,
        0 as sold_net_amount_reporting,
        returned_quantity,
        coalesce(returned_net_amount_reporting, 0) as returned_net_amount_reporting,
        coalesce(restocked_quantity, 0) as restocked_quantity,
        {%- for reason in reasons %}
            coalesce({{ reason }}_returned_quantity, 0) as {{ reason }}_returned_quantity,
        {%- endfor %}
        coalesce(no_reason_returned_quantity, 0) as no_reason_returned_quantity
    from returned

)

select
    both_sides.ordered_month_on,
    coalesce(products.style_id, products.product_id) as style_id,
    min(coalesce(products.style_name, products.product_name)) as style_name,
    min(products.category_name) as category_name,
    coalesce(geographies.country_code, 'unknown') as country_code,
    min(geographies.market_region) as market_region,
    cast(sum(both_sides.sold_quantity) as decimal(18, 4)) as sold_quantity,
    cast(sum(both_sides.sold_net_amount_reporting) as decimal(24, 8)) as sold_net_amount_reporting,
    cast(sum(both_sides.returned_quantity) as decimal(18, 4)) as returned_quantity,
    cast(sum(both_sides.returned_net_amount_reporting) as decimal(24, 8)) as returned_net_amount_reporting,
    cast(sum(both_sides.restocked_quantity) as decimal(18, 4)) as restocked_quantity,
    {%- for reason in reasons %}
        cast(sum(both_sides.{{ reason }}_returned_quantity) as decimal(18, 4)) as {{ reason }}_returned_quantity,
    {%- endfor %}
    cast(sum(both_sides.no_reason_returned_quantity) as decimal(18, 4)) as no_reason_returned_quantity,
    {{ return_rate('sum(both_sides.returned_quantity)', 'sum(both_sides.sold_quantity)') }} as return_rate,
    {{ return_rate('sum(both_sides.returned_net_amount_reporting)', 'sum(both_sides.sold_net_amount_reporting)') }}
        as return_amount_rate,
    {{ reporting_currency_code() }} as reporting_currency_code
from both_sides
inner join products on both_sides.product_version_key = products.product_version_key
inner join geographies on both_sides.geography_key = geographies.geography_key
group by
    both_sides.ordered_month_on, coalesce(products.style_id, products.product_id),
    coalesce(geographies.country_code, 'unknown')

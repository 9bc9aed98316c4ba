with geographies as (

    select * from {{ ref('int_geographies__unioned') }}

),

countries as (

    select * from {{ ref('countries') }}

),

customers as (

    select * from {{ ref('int_customers__unioned') }}

),

sales_orders as (

    select * from {{ ref('int_sales_orders__unioned') }}

),

shipments as (

    select * from {{ ref('int_shipments__unioned') }}

),

supplier_addresses as (

    select * from {{ ref('int_supplier_addresses__unioned') }}

),

warehouses as (

    select * from {{ ref('int_warehouses__unioned') }}

),

-- Every place that a document may name, so that a fact's geography is always there.
mentioned as (

    select country_code, region_code, region_name, territory_name, territory_group from geographies
    union all
    select country_code, region_code, region_name, territory_name, territory_group from customers
    union all
    select
        ship_to_country_code as country_code,
        ship_to_region_code as region_code,
        null as region_name,
        null as territory_name,
        null as territory_group
    from sales_orders
    union all
    select
        destination_country_code as country_code,
        null as region_code,
        null as region_name,
        null as territory_name,
        null as territory_group
    from shipments
    union all
    select
        country_code,
        region_code,
        null as region_name,
        null as territory_name,
        null as territory_group
    from supplier_addresses
    union all
    select
        country_code,
        null as region_code,
        null as region_name,
        null as territory_name,
        null as territory_group
    from warehouses

),

regions as (

    select
        country_code,
        region_code,
        max(region_name) as region_name,
        max(territory_name) as territory_name,
        max(territory_group) as territory_group
    from mentioned
    where country_code is not null and region_code is not null
    group by country_code, region_code

),

-- A country as a whole belongs to a territory only if all of its regions do.
whole_countries as (

    select
        country_code,
        cast(null as varchar) as region_code,
        cast(null as varchar) as region_name,
        case when min(territory_name) = max(territory_name) then max(territory_name) end as territory_name,
        case when min(territory_group) = max(territory_group) then max(territory_group) end as territory_group
    from mentioned
    where country_code is not null
    group by country_code

),

places as (

    select country_code, region_code, region_name, territory_name, territory_group from regions
    union all
    select country_code, region_code, region_name, territory_name, territory_group from whole_countries

),

country_names as (

    select
        country_code,
        max(country_name) as country_name
    from geographies
    group by country_code

)

select
    {{ region_key('places.country_code', 'places.region_code') }} as geography_key,
    places.country_code,
    coalesce(countries.country_name, country_names.country_name, places.country_code) as country_name,
    places.region_code,
    places.region_name,
    places.territory_name,
    places.territory_group,
    countries.market_region
from places
left join countries on places.country_code = countries.country_code
left join country_names on places.country_code = country_names.country_code

with purchases as (

    select * from {{ ref('int_recommendations__purchases') }}

),

people as (

    select * from {{ ref('int_recommendations__people') }}

),

levels as (

    select * from {{ ref('fct_inventory_daily') }}

),

shipments as (

    select * from {{ ref('fct_shipment') }}

),

geographies as (

    select * from {{ ref('dim_geography') }}

),

last_purchase as (

    select max(purchased_on) as purchased_on
    from purchases

),

-- Stock is read on its newest day, and on the evening before the days that the candidates are measured on.
moments as (

    select
        'now' as moment,
        max(levels.inventory_on) as inventory_on
    from levels

    union all

    select
        'at_split' as moment,
        max(levels.inventory_on) as inventory_on
    from levels
    cross join last_purchase
    where levels.inventory_on <= {{ plus_days('last_purchase.purchased_on', -28) }}

),

markets as (

    select distinct market_code
    from people

),

supplied as (

    select distinct
        geographies.country_code as market_code,
        shipments.warehouse_key
    from shipments
    inner join geographies on shipments.geography_key = geographies.geography_key
    cross join last_purchase
    where
        shipments.direction = 'outbound'
        and shipments.warehouse_key <> {{ unknown_key() }}
        and shipments.shipped_on > {{ plus_days('last_purchase.purchased_on', -180) }}

),

served as (

    select distinct market_code
    from supplied

),

-- A market to which nothing was shipped lately may be supplied from everywhere.
levels_by_market as (

    select
        moments.moment,
        markets.market_code,
        levels.inventory_on as stocked_on,
        levels.product_key,
        levels.quantity_on_hand
    from levels
    inner join moments on levels.inventory_on = moments.inventory_on
    cross join markets
    left join served on markets.market_code = served.market_code
    left join supplied
        on markets.market_code = supplied.market_code and levels.warehouse_key = supplied.warehouse_key
    where served.market_code is null or supplied.warehouse_key is not null

)

select
    moment,
    market_code,
    stocked_on,
    product_key,
    cast(sum(quantity_on_hand) as double) as quantity
from levels_by_market
group by moment, market_code, stocked_on, product_key
having sum(quantity_on_hand) > 0

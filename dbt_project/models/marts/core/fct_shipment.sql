with shipments as (

    select * from {{ ref('int_shipments__unioned') }}

),

sales_orders as (

    select * from {{ ref('int_sales_orders__totalled') }}

),

sales_order_lines as (

    select * from {{ ref('int_sales_order_lines__unioned') }}

),

shipment_lines as (

    select * from {{ ref('int_shipment_lines__unioned') }}

),

shipment_events as (

    select * from {{ ref('int_shipment_events__unioned') }}

),

purchase_orders as (

    select * from {{ ref('int_purchase_orders__unioned') }}

),

purchase_order_lines as (

    select * from {{ ref('int_purchase_order_lines__unioned') }}

),

customers as (

    select * from {{ ref('int_customers__versioned') }}

),

suppliers as (

    select * from {{ ref('dim_supplier') }}

),

carriers as (

    select * from {{ ref('dim_carrier') }}

),

warehouses as (

    select * from {{ ref('dim_warehouse') }}

),

rates as (

    select * from {{ ref('int_currency_rates__daily') }}

),

sold_units as (

    select
        order_key,
        sum(quantity) as units
    from sales_order_lines
    where {{ is_live() }}
    group by order_key

),

bought_units as (

    select
        purchase_order_key,
        sum(ordered_quantity) as units
    from purchase_order_lines
    where {{ is_live() }}
    group by purchase_order_key

),

packed_units as (

    select
        shipment_key,
        sum(quantity) as units
    from shipment_lines
    where {{ is_live() }}
    group by shipment_key

),

-- Who ships often knows of the departure only, and the carrier of the arrival.
arrivals as (

    select
        shipment_key,
        cast(min(occurred_at) as date) as arrived_on
    from shipment_events
    where {{ is_live() }} and status = 'delivered'
    group by shipment_key

),

-- A promise to customers is one of arrival, where arrivals are known at all.
arrivals_known as (

    select
        shipments.source_system,
        max(coalesce(shipments.delivered_on, arrivals.arrived_on)) as known_until_on
    from shipments
    left join arrivals on shipments.shipment_key = arrivals.shipment_key
    where shipments.direction = 'outbound' and coalesce(shipments.delivered_on, arrivals.arrived_on) <= {{ latest_date() }}
    group by shipments.source_system

),

-- The last day of which shipments tell: what has not left by then is judged against it.
known_until as (

    select
        direction,
        max(shipped_on) as known_until_on
    from shipments
    where shipped_on <= {{ latest_date() }}
    group by direction

),

joined as (

    select
        shipments.shipment_key,
        shipments.shipment_id,
        shipments.direction,
        {{ known_key('shipments.order_key') }} as order_key,
        {{ known_key('shipments.purchase_order_key') }} as purchase_order_key,
        {{ known_key('customers.customer_key') }} as customer_key,
        {{ known_key('customers.customer_version_key') }} as customer_version_key,
        {{ known_key('suppliers.supplier_key') }} as supplier_key,
        {{ known_key('carriers.carrier_key') }} as carrier_key,
        {{ known_key('warehouses.warehouse_key') }} as warehouse_key,
        -- Goods for customers go where the order says, or to the customer; the export's country is the last resort.
        {{ known_key(
            'coalesce(sales_orders.ship_to_geography_key, ' ~ region_key('shipments.destination_country_code')
            ~ ', customers.geography_key)'
        ) }} as geography_key,
        shipments.company_id,
        shipments.source_system,
        coalesce(sales_orders.ordered_on, purchase_orders.ordered_on) as ordered_on,
        shipments.shipped_on,
        shipments.promised_on,
        coalesce(shipments.delivered_on, arrivals.arrived_on) as delivered_on,
        case
            when arrivals.arrived_on is not null and shipments.status in ('pending', 'in_transit') then 'delivered'
            else coalesce(shipments.status, 'unknown')
        end as status,
        case
            when arrivals_known.source_system is not null and shipments.direction = 'outbound'
                then coalesce(shipments.delivered_on, arrivals.arrived_on)
            else shipments.shipped_on
        end as done_on,
        case
            when shipments.direction = 'outbound' then coalesce(arrivals_known.known_until_on, known_until.known_until_on)
            else known_until.known_until_on
        end as known_until_on,
        cast(coalesce(packed_units.units, sold_units.units, bought_units.units) as decimal(18, 4)) as units,
        shipments.freight_amount,
        {{ known_currency('shipments.currency_code') }} as currency_code,
        {{ exchange_rate('shipments.currency_code', 'rates.rate') }} as exchange_rate
    from shipments
    left join sales_orders on shipments.order_key = sales_orders.order_key
    left join purchase_orders on shipments.purchase_order_key = purchase_orders.purchase_order_key
    left join packed_units on shipments.shipment_key = packed_units.shipment_key
    left join sold_units on shipments.order_key = sold_units.order_key
    left join bought_units on shipments.purchase_order_key = bought_units.purchase_order_key
    left join customers
        on {{ version_on(
            'customers', 'customer_key', 'coalesce(shipments.customer_key, sales_orders.customer_key)',
            'coalesce(sales_orders.ordered_on, shipments.shipped_on)'
        ) }}
    left join suppliers on coalesce(shipments.supplier_key, purchase_orders.supplier_key) = suppliers.supplier_key
    left join carriers
        on coalesce(shipments.carrier_key, sales_orders.carrier_key, purchase_orders.carrier_key) = carriers.carrier_key
    left join warehouses on shipments.warehouse_key = warehouses.warehouse_key
    left join arrivals on shipments.shipment_key = arrivals.shipment_key
    left join arrivals_known on shipments.source_system = arrivals_known.source_system
    left join known_until on shipments.direction = known_until.direction
    left join rates
        on shipments.currency_code = rates.from_currency_code and shipments.shipped_on = rates.date_on
    where {{ is_live('shipments') }}

)

select
    shipment_key,
    shipment_id,
    direction,
    order_key,
    purchase_order_key,
    customer_key,
    customer_version_key,
    supplier_key,
    carrier_key,
    warehouse_key,
    geography_key,
    company_id,
    source_system,
    ordered_on,
    shipped_on,
    promised_on,
    delivered_on,
    {{ known_date_key('shipped_on') }} as date_key,
    status,
    {{ days_between('ordered_on', 'shipped_on') }} as days_to_ship,
    {{ days_after_promise('done_on', 'promised_on') }} as days_against_promise,
    {{ is_on_time('done_on', 'promised_on', 'known_until_on') }} as is_on_time,
    units,
    freight_amount,
    currency_code,
    {{ in_reporting_currency('freight_amount', 'exchange_rate') }} as freight_amount_reporting,
    {{ reporting_currency_code() }} as reporting_currency_code
from joined

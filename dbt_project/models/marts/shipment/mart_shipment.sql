with shipments as (

    select * from {{ ref('fct_shipment') }}

),

customers as (

    select * from {{ ref('dim_customer') }}

),

suppliers as (

    select * from {{ ref('dim_supplier') }}

),

carriers as (

    select * from {{ ref('dim_carrier') }}

),

geographies as (

    select * from {{ ref('dim_geography') }}

)

select
    shipments.shipment_key,
    shipments.shipment_id,
    shipments.direction,
    shipments.ordered_on,
    shipments.shipped_on,
    shipments.promised_on,
    shipments.delivered_on,
    shipments.carrier_key,
    carriers.carrier_name,
    case shipments.direction when 'inbound' then suppliers.supplier_name else customers.full_name end as partner_name,
    geographies.country_code as destination_country_code,
    geographies.region_name as destination_region,
    shipments.units,
    shipments.freight_amount_reporting,
    shipments.days_to_ship,
    shipments.days_against_promise,
    shipments.is_on_time,
    shipments.status,
    shipments.company_id,
    shipments.source_system,
    shipments.reporting_currency_code
from shipments
inner join customers on shipments.customer_version_key = customers.customer_version_key
inner join suppliers on shipments.supplier_key = suppliers.supplier_key
inner join carriers on shipments.carrier_key = carriers.carrier_key
inner join geographies on shipments.geography_key = geographies.geography_key

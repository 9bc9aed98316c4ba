with offers as (

    select * from {{ newest_per_key('int_supplier_products__unioned', "supplier_key || '|' || product_key") }}

),

lines as (

    select * from {{ ref('fct_purchase_order_line') }}

),

suppliers as (

    select * from {{ ref('dim_supplier') }}

),

products as (

    select distinct product_key from {{ ref('dim_product') }}

),

rates as (

    select * from {{ ref('int_currency_rates__daily') }}

),

newest_rates as (

    select
        from_currency_code,
        rate
    from rates
    qualify row_number() over (partition by from_currency_code order by date_on desc) = 1

),

orders as (

    select
        supplier_key,
        product_key,
        count(*) as order_count,
        max(ordered_on) as last_ordered_on,
        avg(lead_time_days) as mean_lead_time_days,
        avg({{ days_between('ordered_on', 'due_on') }}) as mean_promised_days,
        min(company_id) as company_id
    from lines
    where
        supplier_key <> {{ unknown_key() }}
        and product_key <> {{ unknown_key() }}
        and status not in ('rejected', 'cancelled')
    group by supplier_key, product_key

),

last_orders as (

    select
        supplier_key,
        product_key,
        unit_price,
        currency_code,
        unit_code,
        net_amount_reporting / nullif(ordered_quantity, 0) as unit_price_reporting
    from lines
    where status not in ('rejected', 'cancelled')
    qualify row_number() over (
        partition by supplier_key, product_key
        order by ordered_on desc nulls last, purchase_order_line_key
    ) = 1

),

live_offers as (

    select offers.*
    from offers
    inner join suppliers on offers.supplier_key = suppliers.supplier_key
    inner join products on offers.product_key = products.product_key
    where {{ is_live('offers') }}

),

pairs as (

    select
        supplier_key,
        product_key
    from live_offers

    union

    select
        supplier_key,
        product_key
    from orders

),

terms as (

    select
        pairs.supplier_key,
        pairs.product_key,
        cast(
            coalesce(live_offers.lead_time_days, round(coalesce(orders.mean_lead_time_days, orders.mean_promised_days)))
            as integer
        ) as lead_time_days,
        coalesce(last_orders.unit_price, live_offers.standard_price) as unit_price,
        case when last_orders.unit_price is not null then last_orders.currency_code else live_offers.currency_code end
            as currency_code,
        coalesce(
            last_orders.unit_price_reporting,
            {{ in_reporting_currency(
                'live_offers.standard_price', exchange_rate('live_offers.currency_code', 'newest_rates.rate')
            ) }}
        ) as unit_price_reporting,
        live_offers.minimum_order_quantity,
        live_offers.maximum_order_quantity,
        coalesce(live_offers.unit_code, last_orders.unit_code) as unit_code,
        coalesce(orders.order_count, 0) as order_count,
        orders.last_ordered_on,
        live_offers.supplier_key is null as is_learned,
        coalesce(suppliers.is_preferred, false) as is_preferred,
        coalesce(live_offers.company_id, orders.company_id) as company_id
    from pairs
    left join live_offers on pairs.supplier_key = live_offers.supplier_key and pairs.product_key = live_offers.product_key
    left join orders on pairs.supplier_key = orders.supplier_key and pairs.product_key = orders.product_key
    left join last_orders on pairs.supplier_key = last_orders.supplier_key and pairs.product_key = last_orders.product_key
    left join suppliers on pairs.supplier_key = suppliers.supplier_key
    left join newest_rates on live_offers.currency_code = newest_rates.from_currency_code

)

select
    md5(supplier_key || '|' || product_key) as supplier_offer_key,
    supplier_key,
    product_key,
    lead_time_days,
    cast(unit_price as decimal(18, 4)) as unit_price,
    currency_code,
    cast(unit_price_reporting as decimal(24, 8)) as unit_price_reporting,
    minimum_order_quantity,
    maximum_order_quantity,
    unit_code,
    order_count,
    last_ordered_on,
    is_learned,
    row_number() over (
        partition by product_key
        order by is_preferred desc, last_ordered_on desc nulls last, lead_time_days asc nulls last, supplier_key
    ) as preference,
    company_id
from terms

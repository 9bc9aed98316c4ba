-- One row a person: who she is, what she bought, sent back and paid, what is under way to her, and what she waits for.
with persons as (

    select * from {{ ref('dim_person') }}

),

links as (

    select * from {{ ref('int_persons__linked') }}

),

customers as (

    select * from {{ ref('mart_customer') }}

),

shipments as (

    select * from {{ ref('fct_shipment') }}

),

records as (

    select * from {{ ref('int_persons__recorded') }}

),

served as (

    select * from {{ ref('int_persons__served') }}

),

touches as (

    select * from {{ ref('fct_campaign_touch') }}

),

campaigns as (

    select * from {{ ref('dim_campaign') }}

),

events as (

    select * from {{ ref('fct_person_event') }}

),

segments as (

    select * from {{ ref('mart_customer_segment') }}

),

recommendations as (

    select * from {{ ref('fct_recommendation') }}

),

bought as (

    select
        records.person_key,
        min(customers.first_order_on) as first_order_on,
        max(customers.last_order_on) as last_order_on,
        sum(customers.order_count) as order_count,
        sum(customers.unit_count) as unit_count,
        sum(customers.net_amount_reporting) as net_amount_reporting,
        sum(customers.margin_amount_reporting) as margin_amount_reporting,
        sum(customers.returned_quantity) as returned_quantity,
        sum(customers.refunded_amount_reporting) as refunded_amount_reporting,
        sum(customers.paid_amount_reporting) as paid_amount_reporting
    from customers
    inner join records on customers.customer_key = records.customer_key
    group by records.person_key

),

under_way as (

    select
        records.person_key,
        count(*) as shipment_count,
        min(shipments.promised_on) as next_promised_on
    from shipments
    inner join records on shipments.customer_key = records.customer_key
    where shipments.direction = 'outbound' and shipments.status in ('pending', 'in_transit', 'exception')
    group by records.person_key

),

touched as (

    select
        links.person_key,
        count(distinct touches.campaign_key) as campaign_count,
        sum(case when touches.has_responded then 1 else 0 end) as campaign_response_count,
        {{ first_known('campaigns.campaign_name', 'touches.newest_first') }} as last_campaign_name
    from (
        select
            campaign_key,
            has_responded,
            case when customer_key = {{ unknown_key() }} then lead_key else customer_key end as record_key,
            row_number() over (order by touched_at desc nulls last, campaign_touch_key) as newest_first
        from touches
    ) as touches
    inner join links on touches.record_key = links.record_key
    left join campaigns on touches.campaign_key = campaigns.campaign_key
    group by links.person_key

),

recommended as (

    select
        person_key,
        {{ joined_text("case when rank <= 3 then lpad(cast(rank as varchar), 2, '0') || ' ' || coalesce(style_name, style_key) end") }}
            as recommended_styles
    from recommendations
    group by person_key

),

last_events as (

    select
        person_key,
        max(event_at) as last_event_at
    from events
    group by person_key

)

select
    persons.person_key,
    persons.person_type,
    persons.full_name,
    persons.email,
    persons.phone,
    persons.language,
    persons.country_code,
    persons.city,
    persons.company_id,
    persons.first_seen_on,
    persons.record_count,
    persons.system_count,
    persons.is_customer,
    persons.is_deleted,
    bought.first_order_on,
    bought.last_order_on,
    cast(coalesce(bought.order_count, 0) as integer) as order_count,
    cast(coalesce(bought.unit_count, 0) as decimal(18, 4)) as unit_count,
    cast(coalesce(bought.net_amount_reporting, 0) as decimal(24, 8)) as net_amount_reporting,
    cast(coalesce(bought.margin_amount_reporting, 0) as decimal(24, 8)) as margin_amount_reporting,
    cast(coalesce(bought.paid_amount_reporting, 0) as decimal(24, 8)) as paid_amount_reporting,
    cast(coalesce(bought.refunded_amount_reporting, 0) as decimal(24, 8)) as refunded_amount_reporting,
    cast(coalesce(bought.returned_quantity, 0) as decimal(18, 4)) as returned_quantity,
    {{ return_rate('coalesce(bought.returned_quantity, 0)', 'bought.unit_count') }} as return_rate,
    cast(coalesce(under_way.shipment_count, 0) as integer) as shipments_under_way_count,
    under_way.next_promised_on,
    cast(coalesce(served.ticket_count, 0) as integer) as ticket_count,
    cast(coalesce(served.open_ticket_count, 0) as integer) as open_ticket_count,
    served.last_ticket_on,
    cast(coalesce(touched.campaign_count, 0) as integer) as campaign_count,
    cast(coalesce(touched.campaign_response_count, 0) as integer) as campaign_response_count,
    touched.last_campaign_name,
    segments.segment,
    segments.discount_affinity,
    segments.is_serial_returner,
    segments.expected_value_365_days_reporting,
    segments.churn_risk,
    segments.churn_risk_band,
    segments.reachable_channels,
    recommended.recommended_styles,
    last_events.last_event_at,
    {{ reporting_currency_code() }} as reporting_currency_code
from persons
left join bought on persons.person_key = bought.person_key
left join under_way on persons.person_key = under_way.person_key
left join served on persons.person_key = served.person_key
left join touched on persons.person_key = touched.person_key
left join segments on persons.person_key = segments.person_key
left join recommended on persons.person_key = recommended.person_key
left join last_events on persons.person_key = last_events.person_key

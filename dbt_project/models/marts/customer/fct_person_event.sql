-- What a person did, and what was done for her, in all systems and in the order of time.
with links as (

    select * from {{ ref('int_persons__linked') }}

),

orders as (

    select * from {{ ref('mart_order') }}

),

sales_orders as (

    select * from {{ ref('int_sales_orders__unioned') }}

),

payments as (

    select * from {{ ref('fct_payment') }}

),

refunds as (

    select * from {{ ref('fct_refund') }}

),

return_lines as (

    select * from {{ ref('fct_return_line') }}

),

shipments as (

    select * from {{ ref('fct_shipment') }}

),

tickets as (

    select * from {{ ref('fct_ticket') }}

),

leads as (

    select * from {{ ref('fct_lead') }}

),

touches as (

    select * from {{ ref('fct_campaign_touch') }}

),

campaigns as (

    select * from {{ ref('dim_campaign') }}

),

consents as (

    select * from {{ ref('int_consents__unioned') }}

),

order_times as (

    select order_key, min(ordered_at) as ordered_at
    from sales_orders
    group by order_key

),

returned as (

    select
        min(return_line_key) as return_key,
        customer_key,
        min(return_id) as return_id,
        order_key,
        returned_on,
        source_system,
        company_id,
        min(reason) as reason,
        sum(net_amount_reporting) as amount_reporting
    from return_lines
    group by customer_key, coalesce(return_id, return_line_key), order_key, returned_on, source_system, company_id

),

events as (

    select
        'order_placed' as event_type,
        orders.order_key as subject_key,
        orders.order_id as subject_id,
        orders.customer_key as record_key,
        order_times.ordered_at as event_at,
        orders.ordered_on as event_on,
        orders.source_system,
        orders.company_id,
        orders.status as detail,
        orders.net_amount_reporting as amount_reporting
    from orders
    left join order_times on orders.order_key = order_times.order_key

    union all

    select
        'money_paid' as event_type,
        payment_key as subject_key,
        payment_id as subject_id,
        customer_key as record_key,
        paid_at as event_at,
        paid_on as event_on,
        source_system,
        company_id,
        payment_method as detail,
        moved_amount_reporting as amount_reporting
    from payments
    where status = 'succeeded' and moved_amount > 0

    union all

    select
        'money_refunded' as event_type,
        refund_key as subject_key,
        refund_id as subject_id,
        customer_key as record_key,
        refunded_at as event_at,
        refunded_on as event_on,
        source_system,
        company_id,
        reason as detail,
        total_amount_reporting as amount_reporting
    from refunds

    union all

    select
        'goods_returned' as event_type,
        return_key as subject_key,
        return_id as subject_id,
        customer_key as record_key,
        null as event_at,
        returned_on as event_on,
        source_system,
        company_id,
        reason as detail,
        amount_reporting
    from returned

    union all

    select
        'parcel_shipped' as event_type,
        shipment_key as subject_key,
        shipment_id as subject_id,
        customer_key as record_key,
        null as event_at,
        shipped_on as event_on,
        source_system,
        company_id,
        status as detail,
        null as amount_reporting
    from shipments
    where direction = 'outbound' and shipped_on is not null

    union all

    select
        'parcel_delivered' as event_type,
        shipment_key as subject_key,
        shipment_id as subject_id,
        customer_key as record_key,
        null as event_at,
        delivered_on as event_on,
        source_system,
        company_id,
        case when is_on_time then 'on time' when not is_on_time then 'late' end as detail,
        null as amount_reporting
    from shipments
    where direction = 'outbound' and delivered_on is not null

    union all

    select
        'ticket_opened' as event_type,
        ticket_key as subject_key,
        ticket_id as subject_id,
        customer_key as record_key,
        opened_at as event_at,
        opened_on as event_on,
        source_system,
        company_id,
        cause as detail,
        null as amount_reporting
    from tickets

    union all

    select
        'ticket_solved' as event_type,
        ticket_key as subject_key,
        ticket_id as subject_id,
        customer_key as record_key,
        solved_at as event_at,
        cast(solved_at as date) as event_on,
        source_system,
        company_id,
        satisfaction as detail,
        null as amount_reporting
    from tickets
    where solved_at is not null

    union all

    select
        'lead_created' as event_type,
        lead_key as subject_key,
        lead_id as subject_id,
        lead_key as record_key,
        created_at as event_at,
        created_on as event_on,
        source_system,
        company_id,
        lead_source as detail,
        null as amount_reporting
    from leads

    union all

    select
        'lead_converted' as event_type,
        lead_key as subject_key,
        lead_id as subject_id,
        lead_key as record_key,
        null as event_at,
        converted_on as event_on,
        source_system,
        company_id,
        lead_source as detail,
        null as amount_reporting
    from leads
    where is_converted and converted_on is not null

    union all

    select
        'campaign_touched' as event_type,
        touches.campaign_touch_key as subject_key,
        campaigns.campaign_id as subject_id,
        case when touches.customer_key = {{ unknown_key() }} then touches.lead_key else touches.customer_key end as record_key,
        touches.touched_at as event_at,
        cast(touches.touched_at as date) as event_on,
        touches.source_system,
        touches.company_id,
        campaigns.campaign_name as detail,
        null as amount_reporting
    from touches
    left join campaigns on touches.campaign_key = campaigns.campaign_key

    union all

    select
        case when is_granted then 'consent_given' else 'consent_withdrawn' end as event_type,
        consent_key as subject_key,
        source_id as subject_id,
        customer_key as record_key,
        decided_at as event_at,
        cast(decided_at as date) as event_on,
        source_system,
        company_id,
        consent_channel as detail,
        null as amount_reporting
    from consents
    where is_granted is not null and {{ is_live() }}

)

select
    events.event_type || '-' || events.subject_key as person_event_key,
    {{ known_key('links.person_key') }} as person_key,
    {{ known_key('events.record_key') }} as record_key,
    coalesce(events.event_at, cast(events.event_on as timestamp)) as event_at,
    events.event_on,
    {{ known_date_key('events.event_on') }} as date_key,
    events.event_type,
    events.subject_key,
    events.subject_id,
    events.source_system,
    events.company_id,
    events.detail,
    cast(events.amount_reporting as decimal(24, 8)) as amount_reporting,
    {{ reporting_currency_code() }} as reporting_currency_code
from events
left join links on events.record_key = links.record_key

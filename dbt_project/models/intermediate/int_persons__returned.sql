with return_lines as (

    select * from {{ ref('fct_return_line') }}

),

records as (

    select * from {{ ref('int_persons__recorded') }}

),

returned as (

    select
        records.person_key,
        return_lines.order_key,
        return_lines.reason,
        return_lines.quantity,
        return_lines.net_amount_reporting
    from return_lines
    inner join records on return_lines.customer_key = records.customer_key

),

by_reason as (

    select
        person_key,
        reason,
        sum(quantity) as quantity
    from returned
    where reason <> 'unknown'
    group by person_key, reason

),

ranked_reasons as (

    select
        person_key,
        reason,
        row_number() over (partition by person_key order by quantity desc, reason) as preference
    from by_reason

),

most_frequent_reasons as (

    select
        person_key,
        reason
    from ranked_reasons
    where preference = 1

),

totals as (

    select
        person_key,
        count(distinct case when order_key <> {{ unknown_key() }} then order_key end) as returned_order_count,
        sum(quantity) as returned_quantity,
        sum(net_amount_reporting) as returned_net_amount_reporting
    from returned
    group by person_key

)

select
    totals.person_key,
    totals.returned_order_count,
    cast(totals.returned_quantity as decimal(18, 4)) as returned_quantity,
    cast(coalesce(totals.returned_net_amount_reporting, 0) as decimal(24, 8)) as returned_net_amount_reporting,
    most_frequent_reasons.reason as most_frequent_return_reason
from totals
left join most_frequent_reasons on totals.person_key = most_frequent_reasons.person_key

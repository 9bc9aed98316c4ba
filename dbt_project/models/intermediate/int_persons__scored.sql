with bought as (

    select * from {{ ref('int_persons__bought') }}

),

segments as (

    select * from {{ ref('rfm_segments') }}

),

-- The unknown member is no person: it would be the best customer of all, and move everybody's score.
scored as (

    select
        person_key,
        order_count,
        days_since_first_order,
        {{ quintile_score('days_since_last_order desc') }} as recency_score,
        {{ quintile_score('order_count') }} as frequency_score,
        {{ quintile_score('net_amount_after_refunds_reporting') }} as monetary_score
    from bought
    where person_key <> {{ unknown_key() }} and last_order_on is not null

)

select
    scored.person_key,
    scored.recency_score,
    scored.frequency_score,
    scored.monetary_score,
    case
        when {{ is_new_customer('scored.order_count', 'scored.days_since_first_order') }} then 'new'
        else segments.segment
    end as segment
from scored
left join segments
    on
        scored.recency_score = segments.recency_score
        and scored.frequency_score = segments.frequency_score

with measured as (

    select * from {{ ref('int_recommendations__measured') }}

)

select
    model,
    is_personal,
    is_champion,
    split_on,
    held_out_days,
    k,
    cast(person_count as bigint) as person_count,
    cast(style_count as bigint) as style_count,
    cast(hit_rate as double) as hit_rate,
    cast(ndcg as double) as ndcg,
    cast(ndcg_against_popular as double) as ndcg_against_popular,
    verdict
from measured

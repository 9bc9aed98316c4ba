-- Places at partners of which they report the stock. They know no change date, so that a system that
-- describes a place in full wins.
with counts as (

    select * from {{ ref('base_edi__stock_counts') }}

),

places as (

    select *
    from counts
    qualify row_number() over (
        partition by warehouse_id order by prepared_at desc nulls last, _load_id desc, _row desc
    ) = 1

)

select
    {{ entity_key('warehouse', 'edi', 'warehouse_id') }} as warehouse_key,
    warehouse_id,
    coalesce(party_name, warehouse_id) as warehouse_name,
    'partner' as warehouse_type,
    country_code,
    {{ origin_columns('edi', 'warehouse_id') }}
from places

-- The ways by which orders came in, of which there are as many as orders name.
with orders as (

    select * from {{ ref('base_shopify__orders') }}

),

source_names as (

    select * from {{ ref('shopify__source_name') }}

),

named as (

    select
        source_names.channel_type,
        orders._load_id,
        orders._file,
        orders._row,
        coalesce(source_names.channel_id, orders.source_name) as channel_id,
        coalesce(source_names.channel_name, orders.source_name) as channel_name
    from orders
    left join source_names on orders.source_name = source_names.source_name
    where not orders.is_test and orders.source_name is not null
    qualify row_number() over (
        partition by coalesce(source_names.channel_id, orders.source_name) order by orders._load_id, orders._row
    ) = 1

)

select
    {{ entity_key('channel', 'shopify', 'channel_id') }} as channel_key,
    channel_id,
    channel_name,
    channel_type,
    {{ origin_columns('shopify', 'channel_id') }}
from named

-- NetSuite knows today's cost only, so every delivery adds to the history: a cost holds from the day on which the
-- item was changed. It is in the currency of the item's subsidiary; an item of several has it in that of the company
-- at the top.
with deliveries as (

    select * from {{ raw_rows('netsuite', 'item', keep='all') }}

),

items as (

    select * from {{ ref('base_netsuite__items') }}

),

goods as (

    select * from {{ ref('netsuite__item_types') }}

),

subsidiaries as (

    select * from {{ ref('base_netsuite__subsidiaries') }}

),

costs as (

    select
        id as item_id,
        coalesce({{ to_date('lastmodifieddate') }}, {{ to_date('fivetran_synced') }}) as valid_from,
        coalesce({{ to_timestamp('lastmodifieddate') }}, {{ to_timestamp('fivetran_synced') }}) as updated_at,
        coalesce(nullif({{ to_decimal('averagecost') }}, 0), nullif({{ to_decimal('cost') }}, 0)) as amount,
        {{ to_text('subsidiary') }} as subsidiary_id,
        _load_id,
        _file,
        _row
    from deliveries

),

changes as (

    select *
    from costs
    where amount is not null
    qualify row_number() over (partition by item_id, valid_from order by _load_id desc, updated_at desc, _row desc) = 1

),

top_subsidiary as (

    select currency_code
    from subsidiaries
    where is_top

)

select
    {{ entity_key('product_price', 'netsuite', ['changes.item_id', 'changes.valid_from']) }} as product_price_key,
    {{ entity_key('product', 'netsuite', 'items.sku') }} as product_key,
    'standard_cost' as price_type,
    changes.valid_from,
    cast(null as date) as valid_to,
    changes.amount,
    coalesce(subsidiaries.currency_code, top_subsidiary.currency_code) as currency_code,
    {{ origin_columns(
        'netsuite', "changes.item_id || '-' || changes.valid_from", 'changes.updated_at', 'items.is_gone', origin='changes'
    ) }}
from changes
inner join items on changes.item_id = items.item_id
inner join goods on items.item_type = goods.item_type and goods.line_role = 'goods'
left join subsidiaries on changes.subsidiary_id = subsidiaries.subsidiary_id
left join top_subsidiary on true
where coalesce(upper(items.matrix_type), 'NONE') <> 'PARENT'

-- The item's name is the SKU. Where an export has only the full name, the SKU is what stands behind the names of its
-- parents.
with items as (

    select * from {{ fivetran_rows('netsuite', 'item') }}

)

select
    id as item_id,
    coalesce({{ to_text('itemid') }}, {{ to_text("split_part(fullname, ' : ', -1)") }}) as sku,
    {{ to_text('itemtype') }} as item_type,
    {{ to_text('matrixtype') }} as matrix_type,
    {{ to_text('displayname') }} as display_name,
    {{ to_text('description') }} as item_description,
    {{ to_text('parent') }} as parent_id,
    {{ to_text('class') }} as class_id,
    {{ to_text('custitem_color') }} as color,
    {{ to_text('custitem_size') }} as size,
    {{ to_decimal('weight') }} as weight,
    {{ to_text('weightunit') }} as weight_unit_code,
    {{ to_decimal('safetystocklevel') }} as safety_stock_quantity,
    {{ to_decimal('reorderpoint') }} as reorder_point_quantity,
    coalesce({{ to_boolean('isinactive') }}, false) as is_inactive,
    coalesce({{ to_timestamp('lastmodifieddate') }}, {{ to_timestamp('fivetran_synced') }}) as updated_at,
    is_gone,
    _load_id,
    _file,
    _row
from items

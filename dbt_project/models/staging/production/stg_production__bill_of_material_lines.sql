-- The export gives the last day on which a component is used.
with components as (

    select * from {{ raw_rows('production', 'bill_of_material') }}

)

select
    {{ entity_key(
        'bill_of_material_line', 'production', [to_text('sku'), to_text('component_code'), to_date('valid_from')]
    ) }} as bill_of_material_line_key,
    {{ entity_key('product', 'production', to_text('sku')) }} as assembly_product_key,
    {{ entity_key('product', 'production', to_text('component_code')) }} as component_product_key,
    {{ to_decimal('quantity_per_piece', decimal_mark=',') }} as quantity_per_assembly,
    {{ to_text('unit_code') }} as unit_code,
    coalesce({{ to_integer('bom_level') }}, 1) as bom_level,
    {{ to_date('valid_from') }} as valid_from,
    {{ to_date('valid_to', 1) }} as valid_to,
    {{ origin_columns(
        'production', to_text('sku') ~ " || '-' || " ~ to_text('component_code') ~ " || '@' || " ~ to_date('valid_from')
    ) }}
from components

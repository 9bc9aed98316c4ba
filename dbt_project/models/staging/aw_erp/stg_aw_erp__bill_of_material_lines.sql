-- Rows without an assembly only say that a product is sold as it is; they are no components.
with components as (

    select * from {{ raw_rows('aw_erp', 'bill_of_materials') }}

)

select
    {{ entity_key('bill_of_material_line', 'aw_erp', 'bill_of_materials_id') }} as bill_of_material_line_key,
    {{ entity_key('product', 'aw_erp', 'product_assembly_id') }} as assembly_product_key,
    {{ entity_key('product', 'aw_erp', 'component_id') }} as component_product_key,
    {{ to_decimal('per_assembly_qty') }} as quantity_per_assembly,
    {{ to_text('unit_measure_code') }} as unit_code,
    {{ to_integer('bom_level') }} as bom_level,
    {{ to_date('start_date') }} as valid_from,
    {{ to_date('end_date', 1) }} as valid_to,
    {{ origin_columns('aw_erp', 'bill_of_materials_id', to_timestamp('modified_date')) }}
from components
where {{ to_text('product_assembly_id') }} is not null

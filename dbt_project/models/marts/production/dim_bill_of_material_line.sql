with lines as (

    select * from {{ ref('int_bill_of_material_lines__unioned') }}

)

select
    bill_of_material_line_key,
    assembly_product_key,
    component_product_key,
    quantity_per_assembly,
    unit_code,
    valid_from,
    valid_to,
    company_id,
    source_system
from lines
where
    {{ is_live() }}
    and assembly_product_key is not null
    and component_product_key is not null
    and quantity_per_assembly > 0

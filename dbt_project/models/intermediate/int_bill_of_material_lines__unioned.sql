{{ union_canonical('bill_of_material_lines') }}

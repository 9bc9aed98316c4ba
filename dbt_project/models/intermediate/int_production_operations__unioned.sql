{{ union_canonical('production_operations') }}

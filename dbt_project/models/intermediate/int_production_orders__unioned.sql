{{ union_canonical('production_orders') }}

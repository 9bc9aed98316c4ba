{{ union_canonical('purchase_orders') }}

{{ union_canonical('purchase_order_lines') }}

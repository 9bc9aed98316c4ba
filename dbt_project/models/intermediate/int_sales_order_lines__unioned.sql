{{ union_canonical('sales_order_lines') }}

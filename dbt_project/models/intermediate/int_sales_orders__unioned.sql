{{ union_canonical('sales_orders') }}

{{ union_canonical('order_taxes') }}

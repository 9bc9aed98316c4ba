{{ union_canonical('stock_movements') }}

{{ union_canonical('stock_levels') }}

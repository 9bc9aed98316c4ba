{{ union_canonical('product_prices') }}

{{ union_canonical('products') }}

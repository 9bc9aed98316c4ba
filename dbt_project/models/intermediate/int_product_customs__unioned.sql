{{ union_canonical('product_customs') }}

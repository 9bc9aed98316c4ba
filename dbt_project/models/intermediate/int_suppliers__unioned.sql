{{ union_canonical('suppliers') }}

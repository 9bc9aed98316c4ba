{{ union_canonical('opportunities') }}

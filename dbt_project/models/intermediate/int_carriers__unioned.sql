{{ union_canonical('carriers') }}

{{ union_canonical('leads') }}

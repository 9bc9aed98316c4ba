{{ union_canonical('channels') }}

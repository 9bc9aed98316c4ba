{{ union_canonical('holidays') }}

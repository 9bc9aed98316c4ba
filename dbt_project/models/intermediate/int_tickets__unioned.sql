{{ union_canonical('tickets') }}

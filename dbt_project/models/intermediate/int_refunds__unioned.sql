{{ union_canonical('refunds') }}

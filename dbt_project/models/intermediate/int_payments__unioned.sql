{{ union_canonical('payments') }}

{{ union_canonical('customers') }}

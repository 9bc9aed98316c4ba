{{ union_canonical('warehouses') }}

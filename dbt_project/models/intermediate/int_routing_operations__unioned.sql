{{ union_canonical('routing_operations') }}

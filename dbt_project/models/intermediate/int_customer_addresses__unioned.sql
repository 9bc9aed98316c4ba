{{ union_canonical('customer_addresses') }}

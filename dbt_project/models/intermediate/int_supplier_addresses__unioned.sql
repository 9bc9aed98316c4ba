{{ union_canonical('supplier_addresses') }}

{{ union_canonical('supplier_products') }}

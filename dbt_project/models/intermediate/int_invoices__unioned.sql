{{ union_canonical('invoices') }}

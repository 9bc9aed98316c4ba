{{ union_canonical('vat_rates') }}

{{ union_canonical('currency_rates') }}

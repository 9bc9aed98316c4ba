{{ union_canonical('shipments') }}

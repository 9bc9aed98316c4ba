{{ union_canonical('shipment_lines') }}

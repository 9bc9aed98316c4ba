{{ union_canonical('shipment_events') }}

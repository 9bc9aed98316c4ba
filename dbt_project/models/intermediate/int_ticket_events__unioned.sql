{{ union_canonical('ticket_events') }}

{{ union_canonical('calendar_exceptions') }}

{{ union_canonical('web_sessions') }}

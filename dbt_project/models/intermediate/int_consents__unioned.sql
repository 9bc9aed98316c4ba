{{ union_canonical('consents') }}

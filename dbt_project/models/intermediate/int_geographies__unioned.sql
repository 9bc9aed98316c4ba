{{ union_canonical('geographies') }}

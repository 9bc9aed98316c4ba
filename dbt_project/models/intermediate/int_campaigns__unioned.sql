{{ union_canonical('campaigns') }}

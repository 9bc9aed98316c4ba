{{ union_canonical('campaign_touches') }}

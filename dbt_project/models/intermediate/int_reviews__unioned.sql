{{ union_canonical('reviews') }}

{{ union_canonical('landed_cost_charges') }}

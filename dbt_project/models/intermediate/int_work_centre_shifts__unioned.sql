{{ union_canonical('work_centre_shifts') }}

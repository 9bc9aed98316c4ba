{{ union_canonical('work_centres') }}

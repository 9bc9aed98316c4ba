{{ union_canonical('return_lines') }}

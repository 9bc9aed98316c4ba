"""The questions that the pages ask, one module a page.

Comes in: a snapshot and filters. Goes out: small frames, aggregated in DuckDB, with every value bound as a parameter.
Measures are those of the dbt project (`dbt_project/macros/measures`); `definitions.py` says them in words.
"""

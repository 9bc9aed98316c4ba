"""A simulated company: three years of exports of one fast-fashion house, and the truth beside them.

Comes in: scale, seed, day, share of dirt. Goes out: files in the layouts of the systems that a company has, and `truth/*.parquet`.
`world/` makes what happened; `exports/` writes what each system knows of it. Called by `weft simulate` and by tests.
"""

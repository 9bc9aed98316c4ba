"""Source kinds: how each format is scanned by DuckDB, without a loop over rows.

Comes in: an entity of a pack and one delivery of it. Goes out: a `Scan` that landing executes. Called by landing.
"""

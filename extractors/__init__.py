"""Reads what the source systems export and lands it, unchanged, in the lake.

Comes in: files, databases and APIs as the packs describe them. Goes out: `raw.<system>__<entity>`, `ops.load` and
`ops.rejected_row`. Called by orchestration, one entity at a time.
"""

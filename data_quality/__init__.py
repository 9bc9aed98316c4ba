"""Decides whether figures may be seen: three gates, the quarantine, control totals, and data docs.

Comes in: the lake between two steps of a run. Goes out: `ops.check_result`, `ops.invalid_value`, `ops.quarantine`,
`ops.control_total` and static HTML. Called by orchestration; `data_quality.gates` holds the doors.
"""

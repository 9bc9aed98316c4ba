"""Data quality: what was loaded, rejected, quarantined, checked and tied out for this publication.

Comes in: a snapshot. Goes out: frames from the ledger (schema `ops`) as it was published. Called by the pages Overview and
Data quality.
"""

import pandas as pd

from dashboards.publication import Snapshot

SEVERITY = "CASE severity WHEN 'critical' THEN 1 WHEN 'error' THEN 2 ELSE 3 END"


def summary(snapshot: Snapshot) -> pd.Series:
    """Return one figure for each kind of trouble in this publication's run."""
    return snapshot.ask(
        """
        SELECT
            (SELECT count(*) FROM ops.check_result WHERE run_id = $run) AS checks,
            (SELECT count(*) FROM ops.check_result WHERE run_id = $run AND NOT success) AS failed_checks,
            (SELECT coalesce(sum(rows_read), 0) FROM ops.load) AS rows_read,
            (SELECT coalesce(sum(rows_landed), 0) FROM ops.load) AS rows_landed,
            (SELECT coalesce(sum(rows_rejected), 0) FROM ops.load) AS rows_rejected,
            (SELECT count(*) FROM ops.load WHERE status = 'failed' AND run_id = $run) AS failed_loads,
            (SELECT count(DISTINCT (system, instance, entity, source_id)) FROM ops.quarantine) AS quarantined,
            (SELECT count(*) FROM ops.control_total WHERE run_id = $run AND business_date IS NULL) AS controls,
            (SELECT count(*) FROM ops.control_total WHERE run_id = $run AND business_date IS NULL AND difference <> 0)
                AS open_controls
        """,
        {"run": snapshot.record.run_id},
    ).iloc[0]


def freshness(snapshot: Snapshot) -> pd.DataFrame:
    """Return per system when its newest delivery was exported and landed, and what failed since."""
    return snapshot.ask(
        """
        SELECT system, count(DISTINCT entity) AS entities, max(exported_on) FILTER (status = 'landed') AS newest_export,
            max(extracted_at) FILTER (status = 'landed') AS last_landed_at,
            sum(rows_landed)::BIGINT AS rows_landed, sum(rows_rejected)::BIGINT AS rows_rejected,
            count(*) FILTER (status = 'failed' AND run_id = $run) AS failed_now
        FROM ops.load GROUP BY system ORDER BY system
        """,
        {"run": snapshot.record.run_id},
    )


def loads(snapshot: Snapshot) -> pd.DataFrame:
    """Return every load, failed ones first, then the newest."""
    return snapshot.ask(
        """
        SELECT load_id, system, entity, file_name, exported_on, extracted_at, status, rows_read, rows_landed, rows_rejected,
            rows_read = rows_landed + rows_rejected OR status = 'failed' AS adds_up, bytes, round(seconds, 2) AS seconds,
            message, run_id
        FROM ops.load ORDER BY status = 'failed' DESC, load_id DESC
        """
    )


def rejected_rows(snapshot: Snapshot) -> pd.DataFrame:
    """Return the rows that could not be landed, newest first."""
    return snapshot.ask(
        """
        SELECT system, entity, file_name, line, column_name, value, reason, raw_text, rejected_at
        FROM ops.rejected_row ORDER BY load_id DESC, line
        """
    )


def quarantine_by_rule(snapshot: Snapshot) -> pd.DataFrame:
    """Return how many rows each rule keeps out of the marts."""
    return snapshot.ask(
        """
        SELECT system, entity, rule, any_value(reason) AS reason, count(DISTINCT source_id) AS row_count
        FROM ops.quarantine GROUP BY system, entity, rule ORDER BY row_count DESC, system, entity, rule
        """
    )


def quarantine_rows(snapshot: Snapshot, rule: str | None = None) -> pd.DataFrame:
    """Return the quarantined rows, of one rule or of all, with their place in the export."""
    return snapshot.ask(
        f"""
        SELECT system, instance, entity, source_id, rule, reason, column_name, value, file_name, line, record
        FROM ops.quarantine {"WHERE rule = $rule" if rule else ""} ORDER BY system, entity, source_id, rule
        """,
        {"rule": rule} if rule else None,
    )


def control_totals(snapshot: Snapshot) -> pd.DataFrame:
    """Return the totals over all days, what does not tie out first, with the days that differ."""
    return snapshot.ask(
        """
        WITH days AS (
            SELECT control, measure, count(*) AS days, count(*) FILTER (difference <> 0) AS days_off
            FROM ops.control_total WHERE run_id = $run AND business_date IS NOT NULL GROUP BY control, measure
        )
        SELECT system, entity, measure, raw_value::DOUBLE AS raw_value, mart_value::DOUBLE AS mart_value,
            quarantined_value::DOUBLE AS quarantined_value, superseded_value::DOUBLE AS superseded_value,
            difference::DOUBLE AS difference, coalesce(days, 0) AS days, coalesce(days_off, 0) AS days_off
        FROM ops.control_total LEFT JOIN days USING (control, measure)
        WHERE run_id = $run AND business_date IS NULL ORDER BY difference <> 0 DESC, system, entity, measure
        """,
        {"run": snapshot.record.run_id},
    )


def checks(snapshot: Snapshot) -> pd.DataFrame:
    """Return the results of this publication's checks, failures first, the gravest on top."""
    return snapshot.ask(
        f"""
        SELECT success, severity, gate, subject, rule, observed, unexpected_rows, message, checked_at
        FROM ops.check_result WHERE run_id = $run ORDER BY success, {SEVERITY}, gate, subject, rule
        """,
        {"run": snapshot.record.run_id},
    )


def runs(snapshot: Snapshot) -> pd.DataFrame:
    """Return the runs up to this publication, newest first."""
    return snapshot.ask(
        "SELECT run_id, started_at, finished_at, status, code_version, message FROM ops.run ORDER BY started_at DESC"
    )

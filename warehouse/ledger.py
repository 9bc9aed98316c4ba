"""The ledger: tables of schema `ops` that say what was loaded, rejected, checked, quarantined and tied out.

Comes in: a connection to the live lake. Goes out: the tables, and the record of runs. extractors/, data_quality/ and
orchestration/ write their own rows; the dashboards and `weft status` read them from the published snapshot.
"""

from datetime import UTC, datetime

import duckdb

# DuckLake has no primary keys; uniqueness is kept by the writers and proved by the marts gate.
TABLES = {
    "run": """
        run_id VARCHAR NOT NULL, started_at TIMESTAMP NOT NULL, finished_at TIMESTAMP, status VARCHAR NOT NULL,
        code_version VARCHAR NOT NULL, message VARCHAR""",
    "load": """
        load_id BIGINT NOT NULL, run_id VARCHAR NOT NULL, system VARCHAR NOT NULL, entity VARCHAR NOT NULL,
        source_kind VARCHAR NOT NULL, file_name VARCHAR NOT NULL, content_hash VARCHAR NOT NULL, bytes BIGINT NOT NULL,
        exported_on DATE NOT NULL, extracted_at TIMESTAMP NOT NULL,
        rows_read BIGINT NOT NULL, rows_landed BIGINT NOT NULL, rows_rejected BIGINT NOT NULL,
        status VARCHAR NOT NULL, message VARCHAR, cursor_value VARCHAR,
        columns_added VARCHAR[], seconds DOUBLE NOT NULL""",
    "rejected_row": """
        load_id BIGINT NOT NULL, run_id VARCHAR NOT NULL, system VARCHAR NOT NULL, entity VARCHAR NOT NULL,
        file_name VARCHAR NOT NULL, line BIGINT NOT NULL, column_name VARCHAR, value VARCHAR, raw_text VARCHAR NOT NULL,
        reason VARCHAR NOT NULL, rejected_at TIMESTAMP NOT NULL""",
    "invalid_value": """
        run_id VARCHAR NOT NULL, load_id BIGINT NOT NULL, system VARCHAR NOT NULL, entity VARCHAR NOT NULL,
        file_name VARCHAR NOT NULL, line BIGINT NOT NULL, column_name VARCHAR NOT NULL, value VARCHAR,
        rule VARCHAR NOT NULL""",
    "quarantine": """
        run_id VARCHAR NOT NULL, system VARCHAR NOT NULL, instance VARCHAR NOT NULL, entity VARCHAR NOT NULL,
        source_id VARCHAR NOT NULL, load_id BIGINT NOT NULL, file_name VARCHAR, line BIGINT, rule VARCHAR NOT NULL,
        reason VARCHAR NOT NULL, column_name VARCHAR, value VARCHAR, record VARCHAR NOT NULL,
        quarantined_at TIMESTAMP NOT NULL""",
    "check_result": """
        run_id VARCHAR NOT NULL, gate VARCHAR NOT NULL, suite VARCHAR NOT NULL, subject VARCHAR NOT NULL,
        rule VARCHAR NOT NULL, severity VARCHAR NOT NULL, success BOOLEAN NOT NULL, observed VARCHAR,
        unexpected_rows BIGINT, message VARCHAR, checked_at TIMESTAMP NOT NULL""",
    "control_total": """
        run_id VARCHAR NOT NULL, control VARCHAR NOT NULL, system VARCHAR NOT NULL, entity VARCHAR NOT NULL,
        business_date DATE, measure VARCHAR NOT NULL,
        raw_value DECIMAL(38, 8) NOT NULL, mart_value DECIMAL(38, 8) NOT NULL,
        quarantined_value DECIMAL(38, 8) NOT NULL, superseded_value DECIMAL(38, 8) NOT NULL,
        difference DECIMAL(38, 8) NOT NULL""",
}


def create_ledger(con: duckdb.DuckDBPyConnection) -> None:
    """Create the ledger's tables where they are missing. The schema `ops` must exist."""
    for name, columns in TABLES.items():
        con.execute(f"CREATE TABLE IF NOT EXISTS ops.{name} ({columns})")


def start_run(con: duckdb.DuckDBPyConnection, run_id: str, code_version: str) -> None:
    """Record that a run began. Runs found unfinished under the writer's lock were killed, and are marked so."""
    con.execute(
        "UPDATE ops.run SET status = 'killed', message = 'found unfinished when the next run began' "
        "WHERE status = 'running'"
    )
    con.execute(
        "INSERT INTO ops.run VALUES (?, ?, NULL, 'running', ?, NULL)",
        [run_id, datetime.now(UTC).replace(tzinfo=None), code_version],
    )


def finish_run(con: duckdb.DuckDBPyConnection, run_id: str, status: str, message: str | None = None) -> None:
    """Record how a run ended: 'published', 'unchanged', 'failed'."""
    con.execute(
        "UPDATE ops.run SET finished_at = ?, status = ?, message = ? WHERE run_id = ?",
        [datetime.now(UTC).replace(tzinfo=None), status, message, run_id],
    )

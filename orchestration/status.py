"""How the warehouse is doing, for people.

Comes in: the ledger. While nobody writes, that of the live lake, read from a copy of its catalog; during a run, that
of the current publication, so that nothing waits. Goes out: text. Called by `weft status`.
"""

import fcntl
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestration.summary import figures_of
from warehouse.errors import WeftError
from warehouse.lake import attach_statement, open_publication, prepare_connection
from warehouse.publication import current_publication_id
from warehouse.settings import Settings

ROWS_SHOWN = 20


def print_status(settings: Settings, console: Console) -> None:
    """Print the last run, the freshness of each system, failed deliveries, and refused rows.

    Raises:
        WeftError: nothing has ever run here.
    """
    writing = is_writing(settings)
    if writing and current_publication_id(settings) is None:
        console.print("[yellow]A run is at work[/]; nothing is published yet.")
        return
    if writing:
        console.print("[yellow]A run is at work[/]; this is the state of the last publication.")
    with _ledger(settings, live=not writing) as con:
        _print_run(con, settings, console)
        _print_systems(con, settings, console)
        _print_failed(con, console)
        _print_refused(con, console)


def is_writing(settings: Settings) -> bool:
    """Say whether some process holds the writer's lock."""
    if not settings.lock_path.exists():
        return False
    with open(settings.lock_path, encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextmanager
def _ledger(settings: Settings, *, live: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    if not settings.catalog_path.exists():
        raise WeftError("Nothing has run here yet. `weft run` lands the exports and publishes.")
    if not live:
        with closing(open_publication(settings)) as con:
            yield con
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "catalog.sqlite"
        with (
            closing(sqlite3.connect(f"file:{settings.catalog_path}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
        with closing(prepare_connection(settings)) as con:
            con.execute(attach_statement(copy, settings.data_path, read_only=True))
            con.execute("USE lake")
            yield con


def _print_run(con: duckdb.DuckDBPyConnection, settings: Settings, console: Console) -> None:
    last = con.execute(
        "SELECT run_id, started_at, finished_at, status, message FROM ops.run ORDER BY started_at DESC LIMIT 1"
    ).fetchone()
    current = current_publication_id(settings)
    console.print(f"[bold]{escape(settings.company.name)}[/]  ({escape(str(settings.config_path))})")
    published = "nothing yet" if current is None else f"publication {current}"
    console.print(f"Everyone reads {published}.")
    if last is None:
        return
    run_id, started, finished, outcome, message = last
    took = f", {(finished - started).total_seconds():.0f} s" if finished else ""
    console.print(f"Last run {run_id[:8]}: {outcome}, {started:%Y-%m-%d %H:%M} UTC{took}")
    if message:
        console.print(f"  {message}", markup=False)
    figures = figures_of(con, run_id)
    for severity, gate, subject, text in [check for check in figures.failed_checks if check[0] != "warn"][:ROWS_SHOWN]:
        console.print(f"  {severity} in gate {gate}, {subject}: {text}", markup=False)


def _print_systems(con: duckdb.DuckDBPyConnection, settings: Settings, console: Console) -> None:
    known = {
        row[0]: row[1:]
        for row in con.execute(
            "SELECT system, count(DISTINCT entity) FILTER (status = 'landed'), "
            "max(exported_on) FILTER (status = 'landed'), max(extracted_at) FILTER (status = 'landed'), "
            "coalesce(sum(rows_landed), 0), coalesce(sum(rows_rejected), 0) FROM ops.load GROUP BY system"
        ).fetchall()
    }
    table = Table(
        "System", "Entities", "Newest export", "Last landed (UTC)", "Rows landed", "Rows rejected", title=None
    )
    for system in settings.systems:
        entities, exported, landed, rows, rejected = known.get(system, (0, None, None, 0, 0))
        table.add_row(
            system,
            str(entities),
            str(exported or "never"),
            f"{landed:%Y-%m-%d %H:%M}" if landed else "never",
            f"{int(rows):,}",
            f"{int(rejected):,}",
        )
    console.print(table)


def _print_failed(con: duckdb.DuckDBPyConnection, console: Console) -> None:
    """Deliveries that failed after the last good one of their entity."""
    failed = con.execute(
        "SELECT system, entity, file_name, message FROM ops.load AS l WHERE status = 'failed' AND load_id > coalesce(("
        "SELECT max(load_id) FROM ops.load AS good WHERE good.status = 'landed' "
        "AND good.system = l.system AND good.entity = l.entity), 0) "
        "QUALIFY row_number() OVER (PARTITION BY system, entity, file_name ORDER BY load_id DESC) = 1 "
        "ORDER BY system, entity, file_name"
    ).fetchall()
    if not failed:
        return
    console.print("[bold]Deliveries that could not be read[/] (the last good one stays in use)")
    for system, entity, file_name, message in failed:
        console.print(f"  {system}.{entity} {file_name}: {message}", markup=False)


def _print_refused(con: duckdb.DuckDBPyConnection, console: Console) -> None:
    """Rows that landing rejected, and rows in quarantine."""
    for title, table, columns, order in (
        (
            "Rejected rows",
            "ops.rejected_row",
            "system || '.' || entity, file_name, line, column_name, value, reason",
            "rejected_at DESC, system, entity, line",
        ),
        (
            "Quarantined rows",
            "ops.quarantine",
            "system || '.' || entity, file_name, line, column_name, value, reason",
            "system, entity, file_name, line",
        ),
    ):
        total = con.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert total is not None
        if not total[0]:
            continue
        shown = Table("Entity", "File", "Line", "Column", "Value", "Reason")
        rows = con.execute(f"SELECT {columns} FROM {table} ORDER BY {order} LIMIT {ROWS_SHOWN}").fetchall()
        for row in rows:
            shown.add_row(*("" if value is None else escape(str(value)) for value in row))
        console.print(f"[bold]{title}[/]: {total[0]:,}")
        console.print(shown)
        if total[0] > ROWS_SHOWN:
            console.print(f"  {total[0] - ROWS_SHOWN:,} more: weft sql 'select * from {table}'", markup=False)

"""What a run did, in numbers that its user wants to see.

Comes in: the ledger of the live lake, under the writer's lock. Goes out: a `RunSummary`, its exit code, and its text.
Called by the headless run.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import duckdb
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from warehouse.lake import connect_lake
from warehouse.settings import Settings

Outcome = Literal["published", "unchanged", "failed"]
REJECTED_SHOWN = 5


@dataclass(frozen=True)
class FailedDelivery:
    """A delivery that could not be landed; the last good one of its entity stays in use."""

    system: str
    entity: str
    file_name: str
    message: str


@dataclass(frozen=True)
class LedgerFigures:
    """The counts that the ledger holds for one run."""

    loads: int = 0
    rows_read: int = 0
    rows_landed: int = 0
    rows_rejected: int = 0
    rows_quarantined: int = 0
    checks: int = 0
    failed_checks: list[tuple[str, str, str, str]] = field(default_factory=list)
    control_totals: int = 0
    control_differences: int = 0
    failed_deliveries: list[FailedDelivery] = field(default_factory=list)


@dataclass(frozen=True)
class RunSummary:
    """The end of a run: what came of it, the figures, and where things are."""

    run_id: str
    outcome: Outcome
    reasons: list[str]
    publication_id: int | None
    changed_marts: list[str]
    figures: LedgerFigures
    log_path: Path
    seconds: float
    peak_memory_bytes: int
    step_seconds: dict[str, float] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 published or unchanged, 2 the same but a delivery or a step after publishing failed, 1 not published."""
        if self.outcome == "failed":
            return 1
        return 2 if self.figures.failed_deliveries or self.reasons else 0


def read_figures(settings: Settings, run_id: str) -> LedgerFigures:
    """Read what the ledger of the live lake says of one run."""
    with connect_lake(settings) as con:
        return figures_of(con, run_id)


def figures_of(con: duckdb.DuckDBPyConnection, run_id: str) -> LedgerFigures:
    """Read what the ledger of the attached lake says of one run."""
    loads = con.execute(
        "SELECT count(*) FILTER (status = 'landed'), coalesce(sum(rows_read), 0), coalesce(sum(rows_landed), 0), "
        "coalesce(sum(rows_rejected), 0) FROM ops.load WHERE run_id = ?",
        [run_id],
    ).fetchone()
    failed = con.execute(
        "SELECT system, entity, file_name, coalesce(message, '') FROM ops.load "
        "WHERE run_id = ? AND status = 'failed' ORDER BY load_id",
        [run_id],
    ).fetchall()
    quarantined = con.execute("SELECT count(*) FROM ops.quarantine WHERE run_id = ?", [run_id]).fetchone()
    checks = con.execute("SELECT count(*) FROM ops.check_result WHERE run_id = ?", [run_id]).fetchone()
    failed_checks = con.execute(
        "SELECT severity, gate, subject, coalesce(message, rule) FROM ops.check_result "
        "WHERE run_id = ? AND NOT success "
        "ORDER BY CASE severity WHEN 'critical' THEN 1 WHEN 'error' THEN 2 ELSE 3 END, gate, subject, rule",
        [run_id],
    ).fetchall()
    totals = con.execute(
        "SELECT count(*), count(*) FILTER (difference <> 0) FROM ops.control_total WHERE run_id = ?", [run_id]
    ).fetchone()
    assert loads is not None
    assert quarantined is not None
    assert checks is not None
    assert totals is not None
    return LedgerFigures(
        loads=loads[0],
        rows_read=int(loads[1]),
        rows_landed=int(loads[2]),
        rows_rejected=int(loads[3]),
        rows_quarantined=quarantined[0],
        checks=checks[0],
        failed_checks=failed_checks,
        control_totals=totals[0],
        control_differences=totals[1],
        failed_deliveries=[FailedDelivery(*row) for row in failed],
    )


def print_summary(summary: RunSummary, settings: Settings, console: Console) -> None:
    """Print the end of a run."""
    figures = summary.figures
    console.print()
    console.print(_headline(summary))
    for reason in summary.reasons:
        console.print(f"  {escape(reason)}", soft_wrap=True)
    table = Table.grid(padding=(0, 2))
    table.add_row("Rows read", f"{figures.rows_read:,} in {figures.loads} new load{'' if figures.loads == 1 else 's'}")
    table.add_row(
        "Landed, rejected", f"{figures.rows_landed:,} landed, {figures.rows_rejected:,} rejected (see: weft status)"
    )
    if summary.outcome != "unchanged":
        table.add_row("Quarantined", f"{figures.rows_quarantined:,} rows")
        table.add_row("Audit", _audit(figures))
    for delivery in figures.failed_deliveries:
        table.add_row("[yellow]Delivery failed[/]", escape(f"{delivery.system}.{delivery.entity}: {delivery.message}"))
    table.add_row("Dashboards", f"weft dashboards --config {escape(str(settings.config_path))}")
    for title, path in (
        ("Data docs", settings.data_docs_dir / "index.html"),
        ("Planner CSVs", settings.exports_dir),
        ("Log", summary.log_path),
    ):
        if path.exists():
            table.add_row(title, escape(str(path)))
    table.add_row("Took", f"{summary.seconds:.1f} s, at most {summary.peak_memory_bytes / 1e6:,.0f} MB of memory")
    console.print(table, soft_wrap=True)


def _headline(summary: RunSummary) -> str:
    if summary.outcome == "published":
        changed = len(summary.changed_marts)
        return f"[green bold]Published {summary.publication_id}[/]: {changed} mart{'' if changed == 1 else 's'} changed"
    if summary.outcome == "unchanged":
        rows = summary.figures.rows_landed
        return f"[green bold]{rows} new rows; marts unchanged since publication {summary.publication_id}[/]"
    still = (
        f"publication {summary.publication_id} stays current"
        if summary.publication_id is not None
        else "nothing is published yet"
    )
    return f"[red bold]Not published[/]; {still}"


def _audit(figures: LedgerFigures) -> str:
    failed = len(figures.failed_checks)
    text = f"{figures.checks - failed:,} of {figures.checks:,} checks passed"
    if figures.control_totals:
        text += f"; {figures.control_totals:,} control totals, {figures.control_differences:,} with a difference"
    return text

"""The publication as an asset.

Comes in: an audited lake. Goes out: a frozen catalog that everybody reads from now on, and a tidied lake. Called by
`orchestration.definitions`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import dagster as dg

from orchestration.inputs import inputs_fingerprint
from orchestration.instance import WRITER_POOL
from orchestration.retries import transient_errors_retried
from orchestration.summary import LedgerFigures, figures_of
from warehouse.lake import connect_lake
from warehouse.ledger import finish_run
from warehouse.maintenance import tidy
from warehouse.publication import publication_catalog, publish
from warehouse.settings import Settings

PUBLICATION = dg.AssetKey("publication")
FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26))


def publication_asset(settings: Settings, audited: dg.AssetKey) -> dg.AssetsDefinition:
    """Return the asset that publishes once the gate `audited` has passed."""
    spec = dg.AssetSpec(
        PUBLICATION,
        deps=[audited],
        group_name="publication",
        description="A frozen copy of the catalog; dashboards, weft sql and exports read this and nothing else.",
        freshness_policy=FRESHNESS,
    )

    @dg.multi_asset(name="publish", specs=[spec], required_resource_keys={"writer"}, pool=WRITER_POOL)
    def publication(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        run_id = context.run.run_id
        with transient_errors_retried():
            with connect_lake(settings) as con:
                figures = figures_of(con, run_id)
            with _ledger_says_published(settings, run_id):
                made = publish(settings, run_id=run_id, inputs=inputs_fingerprint(settings), audit=_audit(figures))
            removed = tidy(settings)
        context.log.info(f"publication {made.publication_id}")
        return dg.MaterializeResult(
            metadata={
                "publication": made.publication_id,
                "snapshot": made.snapshot_id,
                "marts": len(made.marts),
                "rows": sum(mart.rows for mart in made.marts.values()),
                "changed_marts": dg.MetadataValue.json(made.changed_marts),
                "catalog": dg.MetadataValue.path(publication_catalog(settings, made.publication_id)),
                "files_removed": removed.files,
                "bytes_removed": removed.size_bytes,
            }
        )

    return publication


@contextmanager
def _ledger_says_published(settings: Settings, run_id: str) -> Iterator[None]:
    """Finish the run in the ledger before it is frozen, so that readers see how it ended; undone if freezing fails."""
    with connect_lake(settings) as con:
        finish_run(con, run_id, "published")
    try:
        yield
    except BaseException:
        with connect_lake(settings) as con:
            con.execute("UPDATE ops.run SET status = 'running', finished_at = NULL WHERE run_id = ?", [run_id])
        raise


def _audit(figures: LedgerFigures) -> dict[str, Any]:
    return {
        "rows_read": figures.rows_read,
        "rows_landed": figures.rows_landed,
        "rows_rejected": figures.rows_rejected,
        "rows_quarantined": figures.rows_quarantined,
        "checks": figures.checks,
        "failed_checks": len(figures.failed_checks),
        "control_totals": figures.control_totals,
        "control_differences": figures.control_differences,
        "failed_deliveries": [f"{one.system}.{one.entity}" for one in figures.failed_deliveries],
    }

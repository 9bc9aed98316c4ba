"""The files for planners as an asset.

Comes in: the publication. Goes out: CSV files in the exports folder, written from the publication and nothing else.
Called by `orchestration.definitions`.
"""

import dagster as dg

from distribution.planner_exports import export_all
from orchestration.assets.publication import PUBLICATION
from orchestration.retries import transient_errors_retried
from warehouse.errors import WeftError
from warehouse.publication import current_publication_id
from warehouse.settings import Settings

PLANNER_FILES = dg.AssetKey(["exports", "planner_files"])


def exports_asset(settings: Settings) -> dg.AssetsDefinition:
    """Return the asset that writes the planners' files after each publication."""
    spec = dg.AssetSpec(
        PLANNER_FILES,
        deps=[PUBLICATION],
        group_name="exports",
        description="CSV files for planners, written from the current publication.",
        kinds={"csv"},
    )

    @dg.multi_asset(name="exports", specs=[spec])
    def planner_files() -> dg.MaterializeResult:
        publication_id = current_publication_id(settings)
        if publication_id is None:
            raise WeftError("Nothing is published yet, so there is nothing to export.")
        with transient_errors_retried():
            files = export_all(settings, publication_id)
        return dg.MaterializeResult(
            metadata={
                "publication": publication_id,
                "dagster/row_count": sum(file.rows for file in files),
                "files": dg.MetadataValue.json([str(file.path) for file in files]),
            }
        )

    return planner_files

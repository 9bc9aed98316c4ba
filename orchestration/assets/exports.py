"""The files for planners and for audiences as assets.

Comes in: the publication. Goes out: CSV files in the exports folder, written from the publication and nothing else.
Called by `orchestration.definitions`.
"""

from collections.abc import Iterator

import dagster as dg

from customers.audiences import export_audiences
from customers.identity.trace import write_review_list
from distribution.planner_exports import export_all
from orchestration.assets.publication import PUBLICATION
from orchestration.retries import transient_errors_retried
from warehouse.errors import WeftError
from warehouse.lake import connect_publication
from warehouse.publication import current_publication_id
from warehouse.settings import Settings

PLANNER_FILES = dg.AssetKey(["exports", "planner_files"])
AUDIENCE_FILES = dg.AssetKey(["exports", "audience_files"])


def exports_asset(settings: Settings) -> dg.AssetsDefinition:
    """Return the asset that writes the files of planners and audiences after each publication."""
    specs = [
        dg.AssetSpec(
            key,
            deps=[PUBLICATION],
            group_name="exports",
            description=f"{what}, written from the current publication.",
            kinds={"csv"},
        )
        for key, what in ((PLANNER_FILES, "CSV files for planners"), (AUDIENCE_FILES, "Files of people to contact"))
    ]

    @dg.multi_asset(name="exports", specs=specs)
    def planner_files() -> Iterator[dg.MaterializeResult]:
        publication_id = current_publication_id(settings)
        if publication_id is None:
            raise WeftError("Nothing is published yet, so there is nothing to export.")
        with transient_errors_retried():
            files = export_all(settings, publication_id)
            with connect_publication(settings, publication_id) as con:
                review_list, to_review = write_review_list(con, settings)
        yield dg.MaterializeResult(
            asset_key=PLANNER_FILES,
            metadata={
                "publication": publication_id,
                "dagster/row_count": sum(file.rows for file in files) + to_review,
                "files": dg.MetadataValue.json([*(str(file.path) for file in files), str(review_list)]),
            },
        )
        with transient_errors_retried():
            audiences = export_audiences(settings, publication_id)
        yield dg.MaterializeResult(
            asset_key=AUDIENCE_FILES,
            metadata={
                "publication": publication_id,
                "dagster/row_count": sum(one.people for one in audiences),
                "people": dg.MetadataValue.json({one.name: one.people for one in audiences}),
            },
        )

    return planner_files

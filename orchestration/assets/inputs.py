"""Is there anything to do?

Comes in: every landed entity. Goes out: the asset `inputs`, materialised only when the marts have to be made anew; when
it is not, Dagster skips everything after it. Called by `orchestration.definitions`.
"""

from collections.abc import Iterator, Sequence

import dagster as dg

from customers.rights.after_landing import keep_rights
from orchestration.inputs import inputs_fingerprint
from orchestration.instance import FULL_REFRESH_TAG
from orchestration.retries import transient_errors_retried
from warehouse.errors import WeftError
from warehouse.lake import connect_lake
from warehouse.ledger import finish_run
from warehouse.publication import list_publications
from warehouse.settings import Settings

INPUTS = dg.AssetKey("inputs")


def inputs_asset(settings: Settings, landed: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset that compares what there is with what the last publication was made from."""

    spec = dg.AssetSpec(
        INPUTS,
        deps=list(landed),
        group_name="quality",
        description="What the marts are made from: landed rows, code and settings. Absent when nothing has changed.",
        skippable=True,
    )

    @dg.multi_asset(name="inputs", specs=[spec], required_resource_keys={"writer"})
    def inputs(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        fingerprint = inputs_fingerprint(settings)
        with transient_errors_retried():
            is_changed = keep_rights(settings)
        with transient_errors_retried(), connect_lake(settings) as con:
            newest = con.execute("SELECT coalesce(max(load_id), 0) FROM ops.load WHERE status = 'landed'").fetchone()
            assert newest is not None
            if newest[0] == 0:
                raise WeftError(_nothing_landed(settings))
            last = max(list_publications(settings), key=lambda made: made.publication_id, default=None)
            forced = context.run.tags.get(FULL_REFRESH_TAG) == "true" or is_changed
            if last is not None and not forced and last.inputs == fingerprint and newest[0] <= last.last_load_id:
                context.log.info(f"unchanged since publication {last.publication_id}")
                finish_run(con, context.run.run_id, "unchanged", f"as publication {last.publication_id}")
                return
        yield dg.MaterializeResult(metadata={"newest_load": newest[0], "fingerprint": fingerprint, "forced": forced})

    return inputs


def _nothing_landed(settings: Settings) -> str:
    inboxes = [str(folder) for folder in map(settings.inbox, settings.systems) if folder is not None]
    return (
        "Nothing has landed yet, so there is nothing to publish. Put exports into "
        f"{', '.join(inboxes) or 'the sources'}, named as the packs expect (extractors/packs), and run again."
    )

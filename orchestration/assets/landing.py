"""One asset per entity of each system in use, built from the packs.

Comes in: deliveries in the inboxes, databases, REST sources. Goes out: rows of `raw.<system>__<entity>`, with the
counts of each load. A delivery that fails is a failed check on its asset and stops nothing else. Called by
`orchestration.definitions`.
"""

from datetime import timedelta

import dagster as dg

from extractors.landing import LoadResult, land_entity
from extractors.pack import Entity, load_pack
from orchestration.instance import WRITER_POOL
from orchestration.retries import transient_errors_retried
from orchestration.translator import landed_key
from warehouse.errors import WeftError
from warehouse.settings import Settings

DELIVERY_CHECK = "delivery"
FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26))


def landing_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Return the landing asset of every entity of every configured system."""
    return [
        _landing_asset(settings, system, name, entity)
        for system, chosen in settings.systems.items()
        for name, entity in load_pack(chosen.pack).entities.items()
    ]


def _landing_asset(settings: Settings, system: str, entity: str, described: Entity) -> dg.AssetsDefinition:
    key = landed_key(system, entity)
    spec = dg.AssetSpec(
        key,
        group_name=f"extract_{system}",
        description=described.description or f"Rows of {entity} as exported by {system}.",
        kinds={described.kind if described.kind != "file" else described.format},
        freshness_policy=FRESHNESS,
        metadata={"dagster/table_name": f"raw.{system}__{entity}", "dagster/column_schema": _columns(described)},
    )
    check = dg.AssetCheckSpec(
        DELIVERY_CHECK,
        asset=key,
        description="Every new delivery could be read. Of one that could not, nothing lands; the last good one stays.",
    )

    @dg.multi_asset(
        name=f"land_{system}__{entity}",
        specs=[spec],
        check_specs=[check],
        required_resource_keys={"writer"},
        pool=WRITER_POOL,
    )
    def land(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        try:
            with transient_errors_retried():
                results = land_entity(settings, system, entity, context.run.run_id)
            problems = [f"{result.file}: {result.message}" for result in results if result.status == "failed"]
        except WeftError as error:
            results, problems = [], [str(error)]
        return dg.MaterializeResult(
            asset_key=key,
            metadata=_metadata(results),
            check_results=[
                dg.AssetCheckResult(
                    check_name=DELIVERY_CHECK,
                    passed=not problems,
                    severity=dg.AssetCheckSeverity.ERROR,
                    description="\n".join(problems) or None,
                )
            ],
        )

    return land


def _metadata(results: list[LoadResult]) -> dict[str, dg.MetadataValue]:
    landed = [result for result in results if result.status == "landed"]
    remarks = "\n\n".join(f"{result.file}: {result.message}" for result in results if result.message)
    return {
        "dagster/row_count": dg.MetadataValue.int(sum(result.rows_landed for result in landed)),
        "deliveries": dg.MetadataValue.int(len(landed)),
        "rows_read": dg.MetadataValue.int(sum(result.rows_read for result in landed)),
        "rows_rejected": dg.MetadataValue.int(sum(result.rows_rejected for result in landed)),
        "bytes": dg.MetadataValue.int(sum(result.size_bytes for result in results)),
        "seconds": dg.MetadataValue.float(float(round(sum(result.seconds for result in results), 3))),
        "files": dg.MetadataValue.json([result.file for result in results]),
        **({"remarks": dg.MetadataValue.md(remarks)} if remarks else {}),
    }


def _columns(described: Entity) -> dg.TableSchema:
    return dg.TableSchema(
        [
            dg.TableColumn(
                column.name,
                column.type,
                description=column.description,
                tags={"personal": ""} if column.personal else None,
            )
            for column in described.columns
        ]
    )

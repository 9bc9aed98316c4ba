"""The dbt stages as assets: every model is one, every data test is a check on its model.

Comes in: the manifest and landed tables. Goes out: staging after the landed gates; intermediate and marts after the
standardised gate, each with rows, bytes and seconds. One dbt call per stage. Called by `orchestration.definitions`.
"""

import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliInvocation, dbt_assets
from dagster_dbt.asset_utils import get_updated_cli_invocation_params_for_context
from packaging.version import Version

from orchestration.dbt import (
    WEFT_DBT,
    dbt_environment,
    stage_target,
    vars_argument,
)
from orchestration.instance import FULL_REFRESH_TAG, WRITER_POOL
from orchestration.retries import LOCK_PHRASES, MAX_RETRIES, WAIT_SECONDS
from orchestration.translator import LayerTranslator
from warehouse.lake import connect_lake
from warehouse.settings import Settings

FAILURES_SHOWN = 10
MESSAGE_LENGTH = 300
NOTE_EVERY = 10


def transform_assets(settings: Settings, manifest_path: Path, translator: LayerTranslator) -> list[dg.AssetsDefinition]:
    """Return the two dbt stages: staging of the systems in use, and what is built from it."""
    manifest = json.loads(manifest_path.read_bytes())
    stages = {
        "dbt_staging": "resource_type:seed fqn:weft.staging",
        "dbt_marts": "fqn:weft.intermediate fqn:weft.marts",
    }
    return [_stage(settings, manifest, translator, name, select) for name, select in stages.items()]


def _stage(
    settings: Settings, manifest: dict[str, Any], translator: LayerTranslator, name: str, select: str
) -> dg.AssetsDefinition:
    @dbt_assets(
        manifest=manifest,
        select=select,
        name=name,
        dagster_dbt_translator=translator,
        required_resource_keys={"writer"},
        pool=WRITER_POOL,
    )
    def stage(context: dg.AssetExecutionContext) -> Iterator[Any]:
        yield from _build(settings, context, manifest, translator, name)

    return stage


def _build(
    settings: Settings,
    context: dg.AssetExecutionContext,
    manifest: dict[str, Any],
    translator: LayerTranslator,
    name: str,
) -> Iterator[Any]:
    chosen = get_updated_cli_invocation_params_for_context(
        context=context, manifest=manifest, dagster_dbt_translator=translator
    )
    target = stage_target(settings, name)
    (target / "run_results.json").unlink(missing_ok=True)
    environment = {**dbt_environment(settings, target), "DBT_LOG_FORMAT": "json"}
    if chosen.indirect_selection:
        environment["DBT_INDIRECT_SELECTION"] = chosen.indirect_selection
    refresh = ["--full-refresh"] if context.run.tags.get(FULL_REFRESH_TAG) == "true" else []
    # The resource of dagster-dbt would start dbt once more to ask its version, and load an adapter into this process.
    invocation = DbtCliInvocation.run(
        args=[
            str(WEFT_DBT),
            "build",
            *vars_argument(settings),
            "--exclude-resource-type",
            "unit_test",
            *refresh,
            *chosen.selection_args,
        ],
        env=environment,
        manifest=manifest,
        dagster_dbt_translator=translator,
        project_dir=Path(environment["DBT_PROJECT_DIR"]),
        target_path=target,
        raise_on_error=False,
        context=context,
        adapter=None,
        cli_version=Version(version("dbt-core")),
    )
    # Rows and bytes are read when dbt is done: nobody opens the live catalog while it writes.
    events = []
    for event in invocation.stream():
        events.append(event)
        if len(events) % NOTE_EVERY == 0:
            context.log.info(f"{len(events)} models and tests done")
    sizes = _table_sizes(settings)
    for event in events:
        if isinstance(event, dg.Output):
            key = context.assets_def.keys_by_output_name[event.output_name]
            context.add_output_metadata(sizes.get(tuple(key.path), {}), output_name=event.output_name)
        yield event
    if not invocation.is_successful():
        _fail(target, invocation)


def _fail(target: Path, invocation: DbtCliInvocation) -> None:
    problems = _problems(target) or [str(invocation.get_error())]
    text = "\n".join(problems[:FAILURES_SHOWN])
    if any(phrase in text.lower() for phrase in LOCK_PHRASES):
        raise dg.RetryRequested(max_retries=MAX_RETRIES, seconds_to_wait=WAIT_SECONDS)
    more = f"\n… and {len(problems) - FAILURES_SHOWN} more" if len(problems) > FAILURES_SHOWN else ""
    raise dg.Failure(description=f"dbt: {text}{more}", allow_retries=False)


def _problems(target: Path) -> list[str]:
    path = target / "run_results.json"
    if not path.exists():
        return []
    results = json.loads(path.read_bytes())["results"]
    # Where in dbt's macros an error arose helps nobody who reads a summary; the log has it.
    return [
        f"{result['unique_id'].split('.')[2]}: "
        f"{' '.join((result['message'] or result['status']).split('> in macro')[0].split())[:MESSAGE_LENGTH]}"
        for result in results
        if result["status"] in ("error", "fail", "runtime error")
    ]


def _table_sizes(settings: Settings) -> dict[tuple[str, ...], dict[str, Any]]:
    """Rows and bytes of every table of the lake, from its catalog."""
    with connect_lake(settings) as con:
        rows = con.execute(
            "SELECT s.schema_name, t.table_name, n.record_count, n.file_size_bytes "
            "FROM __ducklake_metadata_lake.ducklake_table t "
            "JOIN __ducklake_metadata_lake.ducklake_schema s USING (schema_id) "
            "JOIN __ducklake_metadata_lake.ducklake_table_stats n USING (table_id) "
            "WHERE t.end_snapshot IS NULL AND s.end_snapshot IS NULL"
        ).fetchall()
    return {
        (schema, table): {"dagster/row_count": int(records), "bytes": int(size)}
        for schema, table, records, size in rows
    }

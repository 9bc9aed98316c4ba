"""The three gates as assets; each table that a gate looks at is a check on it.

Comes in: the lake between two steps. Goes out: `ops.check_result`, `ops.quarantine`, `ops.control_total`. A check that
fails critically blocks everything after its gate, so nothing is published. Called by `orchestration.definitions`.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence

import dagster as dg

from data_quality.gates import (
    CheckResult,
    Control,
    DeclaredColumn,
    DeclaredEntity,
    GateResult,
    gate_landed,
    gate_marts,
    gate_standardised,
)
from data_quality.mart_contracts import MARTS
from extractors.dbt_vars import dbt_vars, offered_entities
from extractors.pack import load_pack
from orchestration.assets.inputs import INPUTS
from orchestration.instance import WRITER_POOL
from orchestration.retries import transient_errors_retried
from orchestration.translator import landed_key
from warehouse.settings import Settings

GATE_STANDARDISED = dg.AssetKey(["quality", "standardised"])
GATE_MARTS = dg.AssetKey(["quality", "marts"])
# For subjects that no check was announced for.
OTHERS = "others"


def gate_landed_key(system: str) -> dg.AssetKey:
    """The key of the gate that looks at the new deliveries of one system."""
    return dg.AssetKey(["quality", f"landed_{system}"])


def quality_assets(
    settings: Settings, *, staging: Sequence[dg.AssetKey], marts: Sequence[dg.AssetKey]
) -> list[dg.AssetsDefinition]:
    """Return all gates: one per system on what has landed, one after `staging`, one after `marts`."""
    canonical: dict[str, list[str]] = dbt_vars(settings)["weft_canonical"]
    controls = declared_controls(settings)
    return [
        *(_landed_gate(settings, system) for system in settings.systems),
        _gate(
            settings,
            GATE_STANDARDISED,
            deps=staging,
            subjects=list(canonical),
            run=lambda run_id: gate_standardised(settings, run_id, canonical),
            description="Rows of staging, one by one; those that break a rule go to quarantine.",
        ),
        _gate(
            settings,
            GATE_MARTS,
            deps=marts,
            subjects=[
                *(contract.table for contract in MARTS),
                *dict.fromkeys(f"control {control.system}.{control.entity}" for control in controls),
            ],
            run=lambda run_id: gate_marts(settings, run_id, controls),
            description="What is about to be published, and control totals from raw rows to marts.",
        ),
    ]


def _landed_gate(settings: Settings, system: str) -> dg.AssetsDefinition:
    entities = declared_entities(settings, system)
    return _gate(
        settings,
        gate_landed_key(system),
        deps=[INPUTS, *(landed_key(system, entity.name) for entity in entities)],
        subjects=[f"{system}.{entity.name}" for entity in entities],
        run=lambda run_id: gate_landed(settings, run_id, system, entities),
        description=f"New deliveries of {system} as a whole: volume, keys, values that fit their types.",
    )


def _gate(
    settings: Settings,
    key: dg.AssetKey,
    *,
    deps: Sequence[dg.AssetKey],
    subjects: Sequence[str],
    run: Callable[[str], GateResult],
    description: str,
) -> dg.AssetsDefinition:
    specs = [dg.AssetCheckSpec(name, asset=key, blocking=True) for name in [*map(check_name, subjects), OTHERS]]
    announced = {spec.name for spec in specs}

    @dg.multi_asset(
        name=f"gate_{key.path[-1]}",
        specs=[dg.AssetSpec(key, deps=list(deps), group_name="quality", description=description)],
        check_specs=specs,
        required_resource_keys={"writer"},
        pool=WRITER_POOL,
    )
    def gate(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        with transient_errors_retried():
            result = run(context.run.run_id)
        by_check: dict[str, list[CheckResult]] = defaultdict(list)
        for one in result.results:
            name = check_name(one.subject)
            by_check[name if name in announced else OTHERS].append(one)
        return dg.MaterializeResult(
            asset_key=key,
            metadata={
                "checks": len(result.results),
                "failed": len(result.failures),
                "data_docs": dg.MetadataValue.path(settings.data_docs_dir / "index.html"),
            },
            check_results=[_asset_check(spec.name, by_check[spec.name]) for spec in specs],
        )

    return gate


def check_name(subject: str) -> str:
    """The asset check of a subject: its number of delivery left out, as an identifier."""
    return re.sub(r"\W+", "_", subject.partition(" #")[0]).strip("_")


def _asset_check(name: str, results: list[CheckResult]) -> dg.AssetCheckResult:
    failed = [one for one in results if not one.success]
    blocks = any(one.is_blocking for one in failed)
    records = [
        dg.TableRecord(
            {"rule": one.rule, "severity": one.severity, "observed": one.observed or "", "message": one.message or ""}
        )
        for one in failed
    ]
    return dg.AssetCheckResult(
        check_name=name,
        passed=not failed,
        severity=dg.AssetCheckSeverity.ERROR if blocks else dg.AssetCheckSeverity.WARN,
        description="; ".join(one.message or one.rule for one in failed if one.is_blocking or not blocks) or None,
        metadata={
            "rules": len(results),
            "failed_rules": len(failed),
            **({"failures": dg.MetadataValue.table(records)} if records else {}),
        },
    )


def declared_entities(settings: Settings, system: str) -> list[DeclaredEntity]:
    """What the pack of a system declares of its entities, in the gates' own words."""
    entities = load_pack(settings.systems[system].pack).entities
    return [
        DeclaredEntity(
            name=name,
            mode=entity.mode,
            key=tuple(entity.key),
            columns=tuple(
                DeclaredColumn(
                    column.name,
                    column.type,
                    column.required,
                    tuple(column.formats),
                    tuple(column.missing),
                    is_personal=column.personal,
                    parent=(column.references, entities[column.references].key[0]) if column.references else None,
                )
                for column in entity.columns
            ),
            minimum_rows_ratio=entity.minimum_rows_ratio,
            decimal_mark=entity.decimal_mark,
        )
        for name, entity in entities.items()
    ]


def declared_controls(settings: Settings) -> list[Control]:
    """The control totals that the packs in use declare, in the gates' own words."""
    controls = []
    for system, chosen in settings.systems.items():
        pack = load_pack(chosen.pack)
        offered = offered_entities(settings, system)
        for canonical, declared in pack.control_totals.items():
            if canonical not in offered:
                continue
            for part in declared if isinstance(declared, list) else [declared]:
                table = pack.entities[part.table]
                controls.append(
                    Control(
                        system=system,
                        entity=canonical,
                        table=part.table,
                        mode=table.mode,
                        key=tuple(table.key),
                        date=part.date,
                        measures=part.measures,
                        joins=part.joins,
                        marks_deleted=table.compares_keys,
                        others={name: (entity.mode, tuple(entity.key)) for name, entity in pack.entities.items()},
                    )
                )
    return controls

"""The capacity plan as an asset.

Comes in: the sales forecast and the marts. Goes out: `marts.fct_capacity`, proposals and shortfalls, and the check of past load. Called by
`orchestration.definitions`.
"""

from collections.abc import Iterator, Sequence

import dagster as dg

from forecasting.capacity.tables import TABLES
from orchestration.assets.forecast import FORECAST
from orchestration.instance import WRITER_POOL
from orchestration.retries import transient_errors_retried
from orchestration.translator import PUBLISHED_EVERY
from warehouse.own_process import in_own_process
from warehouse.settings import Settings

CAPACITY = [dg.AssetKey(["marts", table]) for table in TABLES]


def capacity_asset(settings: Settings, marts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset that plans production and purchases from the sales forecast."""
    specs = [
        dg.AssetSpec(
            dg.AssetKey(["marts", table]),
            deps=[FORECAST, *marts],
            group_name="forecast",
            description=comment,
            freshness_policy=PUBLISHED_EVERY,
        )
        for table, (comment, _) in TABLES.items()
    ]

    @dg.multi_asset(name="capacity_plan", specs=specs, required_resource_keys={"writer"}, pool=WRITER_POOL)
    def capacity_plan(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        from forecasting.capacity.run import make_capacity_plan

        with transient_errors_retried():
            # The solver's memory ends with its process.
            made = in_own_process(settings, make_capacity_plan, settings, context.run.run_id)
        counts = {
            "fct_capacity": made.centres * made.weeks,
            "fct_production_proposal": made.production_proposals,
            "fct_purchase_proposal": made.purchase_proposals,
            "fct_plan_shortfall": made.shortfalls,
        }
        for key in CAPACITY:
            table = key.path[-1]
            about: dict[str, dg.MetadataValue | str | int | float] = {"seconds": made.seconds}
            if table in counts:
                about |= {"dagster/row_count": counts[table], "reason": made.reason or "planned", "method": made.method}
                about |= {"cost": made.cost, "gap": made.gap, "bottleneck_weeks": made.bottleneck_weeks}
            else:
                about |= {"actual_hours": made.actual_hours, "planned_hours": made.planned_hours}
                about |= {
                    name: "no finished orders" if error is None else error
                    for name, error in (
                        ("planned_error", made.planned_error),
                        ("scheduled_error", made.scheduled_error),
                    )
                }
            yield dg.MaterializeResult(asset_key=key, metadata=about)

    return capacity_plan

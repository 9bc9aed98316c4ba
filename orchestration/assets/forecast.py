"""The sales forecast as an asset.

Comes in: the marts. Goes out: `marts.fct_forecast`, with its accuracy beside the benchmark's. Called by
`orchestration.definitions`.
"""

from collections.abc import Sequence

import dagster as dg

from orchestration.instance import WRITER_POOL
from orchestration.retries import transient_errors_retried
from orchestration.translator import PUBLISHED_EVERY
from warehouse.settings import Settings

FORECAST = dg.AssetKey(["marts", "fct_forecast"])


def forecast_asset(settings: Settings, marts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset that forecasts weekly sales from the marts it reads."""

    spec = dg.AssetSpec(
        FORECAST,
        deps=list(marts),
        group_name="forecast",
        description="Weekly sales forecast per category and market, with a replay of past weeks.",
        freshness_policy=PUBLISHED_EVERY,
    )

    @dg.multi_asset(name="sales_forecast", specs=[spec], required_resource_keys={"writer"}, pool=WRITER_POOL)
    def sales_forecast(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        from forecasting.sales.run import make_sales_forecast

        with transient_errors_retried():
            made = make_sales_forecast(settings, context.run.run_id)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": made.forecast_rows + made.backtest_rows,
                "made_on": str(made.made_on),
                "series": made.series,
                "models": dg.MetadataValue.json(made.models),
                "wape": made.wape if made.wape is not None else "no weeks to replay",
                "benchmark_wape": made.benchmark_wape if made.benchmark_wape is not None else "no weeks to replay",
                "seconds": made.seconds,
            }
        )

    return sales_forecast

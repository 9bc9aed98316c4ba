"""The sales forecast as assets.

Comes in: the marts, and the overrides of planners. Goes out: the forecast tables of `marts`, with their accuracy beside the benchmark's.
Called by `orchestration.definitions`.
"""

from collections.abc import Iterator, Sequence

import dagster as dg

from orchestration.instance import WRITER_POOL
from orchestration.retries import transient_errors_retried
from orchestration.translator import PUBLISHED_EVERY
from warehouse.own_process import in_own_process
from warehouse.settings import Settings

FORECAST = dg.AssetKey(["marts", "fct_forecast"])
DESCRIPTIONS = {
    "fct_forecast": "Weekly sales forecast by level, with quantiles, overrides, expected returns and a replay of past weeks.",
    "fct_forecast_daily": "The near days of the sales forecast.",
    "mart_forecast_accuracy": "How far replayed forecasts were off, by level, segment, distance and method.",
    "fct_forecast_override": "What each override changed, and what came.",
    "mart_forecast_value_added": "Whether overrides made forecasts better, by who and level.",
    "mart_forecast_tracking": "Forecasts as they were made against what came, by lead.",
}


def forecast_asset(settings: Settings, marts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the assets of the sales forecast, made from the marts it reads."""

    specs = [
        dg.AssetSpec(
            dg.AssetKey(["marts", name]),
            deps=list(marts),
            group_name="forecast",
            description=description,
            freshness_policy=PUBLISHED_EVERY,
        )
        for name, description in DESCRIPTIONS.items()
    ]

    @dg.multi_asset(name="sales_forecast", specs=specs, required_resource_keys={"writer"}, pool=WRITER_POOL)
    def sales_forecast(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        from forecasting.sales.run import make_sales_forecast

        with transient_errors_retried():
            # Its libraries would stay in the run's memory while the marts are audited.
            made = in_own_process(settings, make_sales_forecast, settings, context.run.run_id)
        for rejected in made.rejected:
            context.log.warning(f"not taken: {rejected}")
        for name in DESCRIPTIONS:
            if name != FORECAST.path[-1]:
                yield dg.MaterializeResult(
                    asset_key=dg.AssetKey(["marts", name]), metadata={"dagster/row_count": made.tables.get(name, 0)}
                )
        yield dg.MaterializeResult(
            asset_key=FORECAST,
            metadata={
                "dagster/row_count": made.forecast_rows + made.backtest_rows,
                "is_unchanged": made.is_unchanged,
                "made_on": str(made.made_on),
                "series": made.series,
                "models": dg.MetadataValue.json(made.models),
                "wape": made.wape if made.wape is not None else "no weeks to replay",
                "benchmark_wape": made.benchmark_wape if made.benchmark_wape is not None else "no weeks to replay",
                "overrides": made.overrides,
                "rejected_overrides": dg.MetadataValue.json(made.rejected),
                "seconds": made.seconds,
            },
        )

    return sales_forecast

"""Makes the sales forecast of a run.

Comes in: settings and the run's id. Goes out: `marts.fct_forecast` in the live lake, and a summary for the run's log.
Called by orchestration after the marts are built and before they are audited.
"""

import time
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from forecasting.sales.forecast import SeriesForecast, forecast_series
from forecasting.sales.history import SalesHistory, WeeklySeries, read_history
from forecasting.sales.table import empty_rows, forecast_rows, replace_table
from warehouse.lake import connect_lake
from warehouse.settings import Settings


@dataclass(frozen=True)
class ForecastSummary:
    """What was forecast and how well: `wape` is the error over all replayed weeks, `benchmark_wape` that of seasonal
    naive over the same weeks; both are None when nothing could be replayed. `models` counts series per model."""

    made_on: date | None
    series: int
    forecast_rows: int
    backtest_rows: int
    models: dict[str, int]
    wape: float | None
    benchmark_wape: float | None
    seconds: float


def make_sales_forecast(settings: Settings, run_id: str) -> ForecastSummary:
    """Forecast every category and market, and replace `marts.fct_forecast` by the result.

    Switched off in the settings, or without any sales, the table is there and empty, so that its readers work alike.
    """
    started = time.monotonic()
    with connect_lake(settings) as con:
        history = read_history(con) if settings.forecast.enabled else None
    rows, models, made_on = empty_rows(), dict[str, int](), None
    if history is not None:
        forecasts = _forecast_all(history, settings.forecast.horizon_weeks)
        rows = forecast_rows(run_id, history, forecasts)
        models = dict(sorted(Counter(made.model for _, made in forecasts).items()))
        made_on = history.last_week + timedelta(days=6)
    # The lake is not held open while models are fitted.
    with connect_lake(settings) as con:
        replace_table(con, rows)
    replayed = rows.filter(pl.col("is_backtest"))
    return ForecastSummary(
        made_on=made_on,
        series=sum(models.values()),
        forecast_rows=rows.height - replayed.height,
        backtest_rows=replayed.height,
        models=models,
        wape=_wape(replayed, "forecast"),
        benchmark_wape=_wape(replayed, "benchmark"),
        seconds=round(time.monotonic() - started, 3),
    )


def _forecast_all(history: SalesHistory, horizon: int) -> list[tuple[WeeklySeries, SeriesForecast]]:
    return [(series, forecast_series(series.quantities, horizon, series.started_with)) for series in history.series]


def _wape(replayed: pl.DataFrame, column: str) -> float | None:
    actual = replayed["actual"].cast(pl.Float64)
    sold = float(actual.abs().sum())
    return float((actual - replayed[column].cast(pl.Float64)).abs().sum()) / sold if sold > 0 else None

"""What is known beside sales changes the forecast: stock-outs, promotions, prices."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from demand_tables import of, weekly

from forecasting.demand import forecast_demand

WEEKS, AHEAD = 130, 8


def test_weeks_without_stock_do_not_lower_the_forecast() -> None:
    rng = np.random.default_rng(1)
    sold = rng.poisson(40, WEEKS).astype(float)
    stocked = np.ones(WEEKS)
    stocked[-12:] = 0.0
    stocked[60:70] = 0.5
    table = weekly({"a": sold * stocked, "b": rng.poisson(40, WEEKS)}, is_stocked=stocked)
    told = of(forecast_demand(table, horizon=AHEAD, threads=1), "a")
    untold = of(forecast_demand(table.drop("is_stocked"), horizon=AHEAD, threads=1), "a")
    assert told["mean"].mean() == pytest.approx(40, rel=0.2)
    assert untold["mean"].mean() < 20  # type: ignore[operator]
    assert "not fully in stock" in told["reason"][0]


def test_weeks_without_stock_are_not_scored() -> None:
    rng = np.random.default_rng(2)
    stocked = np.ones(WEEKS)
    stocked[-10:] = 0.0
    table = weekly({"a": rng.poisson(40, WEEKS) * stocked}, is_stocked=stocked)
    made = forecast_demand(table, horizon=AHEAD, threads=1)
    assert made.backtest.filter(pl.col("y") == 0).is_empty()
    assert made.backtest["ds"].max() < table["ds"].sort()[-10]


def test_a_promotion_known_ahead_raises_its_weeks() -> None:
    rng = np.random.default_rng(3)
    promoted = (rng.random(WEEKS + AHEAD) < 0.15).astype(float)
    promoted[WEEKS:] = [0, 1, 0, 0, 1, 0, 0, 0]
    series = {f"s{number}": rng.poisson(30 * (1 + promoted[:WEEKS])) for number in range(6)}
    table = weekly(series, is_promotion=promoted[:WEEKS])
    last = table["ds"].max()
    coming = pl.DataFrame({
        "ds": [last + timedelta(weeks=week + 1) for week in range(AHEAD)],  # type: ignore[operator]
        "is_promotion": promoted[WEEKS:],
    }).join(pl.DataFrame({"unique_id": list(series)}), how="cross")  # fmt: skip
    made = forecast_demand(table, horizon=AHEAD, future=coming, threads=1).forecast
    by_week = made.group_by("ds").agg(pl.col("mean").mean()).sort("ds")["mean"].to_numpy()
    assert by_week[[1, 4]].mean() > 1.5 * by_week[[0, 2, 3, 5, 6, 7]].mean()


def test_a_future_table_with_wrong_dates_or_without_series_is_refused() -> None:
    table = weekly({"a": np.arange(30.0)}, price=2.0)
    with pytest.raises(ValueError, match="future has no column unique_id"):
        forecast_demand(table, horizon=4, future=table.select("ds", "price"), threads=1)
    with pytest.raises(ValueError, match="future, column ds"):
        forecast_demand(table, horizon=4, future=table.with_columns(pl.col("ds").dt.offset_by("1d")), threads=1)

"""Forecasts are as good as promised: against the benchmark, in their intervals, and the same each time."""

import numpy as np
import polars as pl
import pytest
from demand_tables import season, weekly

from forecasting.demand import DemandForecast, forecast_demand

WEEKS, AHEAD = 156, 13


@pytest.fixture(scope="module")
def shops() -> tuple[DemandForecast, np.ndarray]:
    """Thirty seasonal series of different size, a third of them rare, and what came afterwards."""
    rng = np.random.default_rng(13)
    size = rng.lognormal(-0.5, 1.2, 30)[:, None]
    mean = size * season(np.arange(WEEKS + AHEAD))[None, :] / 40
    y = rng.negative_binomial(4, 4 / (4 + mean)).astype(float)
    table = weekly({f"s{number:02d}": row[:WEEKS] for number, row in enumerate(y)})
    return forecast_demand(table, horizon=AHEAD, threads=1, with_challengers=True), y[:, WEEKS:]


def by_series(table: pl.DataFrame, column: str) -> np.ndarray:
    return table.sort("unique_id", "ds")[column].to_numpy().reshape(-1, AHEAD)


def test_the_champion_beats_seasonal_naive_and_is_near_the_best_single_method(
    shops: tuple[DemandForecast, np.ndarray],
) -> None:
    made, came = shops
    error = np.abs(by_series(made.forecast, "mean") - came).sum()
    assert error < 0.85 * np.abs(by_series(made.forecast, "benchmark") - came).sum()
    names = made.challengers["model"].unique().to_list()
    parts = {name: made.challengers.filter(pl.col("model") == name) for name in names}
    singles = [np.abs(by_series(part, "yhat") - came).sum() for part in parts.values() if part.height == came.size]
    assert len(singles) >= 5
    assert error < 1.05 * min(singles)


@pytest.mark.parametrize(("low", "high", "least", "most"), [("q10", "q90", 0.74, 0.88), ("q025", "q975", 0.9, 0.995)])
def test_intervals_hold_what_they_promise(
    shops: tuple[DemandForecast, np.ndarray], low: str, high: str, least: float, most: float
) -> None:
    made, came = shops
    inside = (by_series(made.forecast, low) <= came) & (came <= by_series(made.forecast, high))
    assert least <= inside.mean() <= most


def test_accuracy_is_told_by_level_segment_method_and_distance(shops: tuple[DemandForecast, np.ndarray]) -> None:
    accuracy = shops[0].accuracy
    champion = accuracy.filter(pl.col("is_champion") & (pl.col("segment") == "all"))
    assert champion["horizon"].to_list() == ["all", "1-4", "5-13"]
    assert champion["coverage_80"].is_between(0.7, 0.92).all()
    assert (
        champion.select("wape", "mase", "rmsse", "bias", "tracking_signal", "pinball").null_count().row(0) == (0,) * 6
    )
    naive = accuracy.filter(pl.col("is_benchmark") & (pl.col("segment") == "all"))
    assert (champion["wape"] < naive["wape"]).all()
    assert (champion["rmsse"] < naive["rmsse"]).all()


def test_the_backtest_knows_only_what_was_known(shops: tuple[DemandForecast, np.ndarray]) -> None:
    replayed = shops[0].backtest
    assert (replayed["ds"] > replayed["origin"]).all()
    assert replayed["origin"].n_unique() >= 3
    assert (replayed["step"] == ((replayed["ds"] - replayed["origin"]).dt.total_days() // 7)).all()


def test_a_champion_that_loses_to_seasonal_naive_is_not_used() -> None:
    rng = np.random.default_rng(5)
    series = {}
    for number in range(6):
        year = rng.poisson(100, 52) * rng.choice([0.4, 1.0, 3.0], 52)
        series[f"s{number}"] = np.concatenate([year, year, year, year])
    made = forecast_demand(weekly(series), horizon=AHEAD, threads=1)
    assert made.champions["model"].unique().to_list() == ["SeasonalNaive"]
    assert not made.champions["beats_benchmark"].any()
    assert "no method beat seasonal naive" in made.forecast["reason"][0]
    assert made.forecast["mean"].to_list() == pytest.approx(made.forecast["benchmark"].to_list())


def test_the_same_table_gives_the_same_forecast() -> None:
    rng = np.random.default_rng(9)
    table = weekly({f"s{number}": rng.poisson(5 + number, 70) for number in range(5)})
    first, second = (forecast_demand(table, horizon=6, threads=1, seed=3) for _ in range(2))
    assert first.forecast.equals(second.forecast)
    assert first.accuracy.equals(second.accuracy)

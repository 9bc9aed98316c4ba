"""Series that no model likes get a sane answer, and say why."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from demand_tables import MONDAY, of, season, weekly

from forecasting.demand import DemandForecast, forecast_demand
from forecasting.demand.intervals import NAMES

WEEKS = 130


@pytest.fixture(scope="module")
def awkward() -> DemandForecast:
    rng = np.random.default_rng(7)
    usual = rng.poisson(40, WEEKS).astype(float)
    spiked, stopped, stepped, gone, holed = (usual.copy() for _ in range(5))
    spiked[110] = 1_000_000
    stopped[-3:] = 0
    stepped[-5:] = rng.poisson(100, 5)
    gone[60:] = 0
    holed[60:66] = 0
    winter = np.zeros(WEEKS)
    winter[20:30] = winter[72:82] = winter[124:130] = 50
    series = {
        "usual": usual,
        "three points": [10, 12, 14],
        "one point": [5],
        "all zeros": np.zeros(WEEKS),
        "same": np.full(WEEKS, 12.0),
        "spiked": spiked,
        "stopped": stopped,
        "stepped": stepped,
        "gone": gone,
        "holed": holed,
        "negative": np.where(np.arange(WEEKS) == 100, -20, usual),
        "returned": np.full(WEEKS, -1.0),
        "rare": rng.poisson(6, WEEKS) * (rng.random(WEEKS) < 0.2),
        "new": rng.poisson(30, 9),
    }
    return forecast_demand(weekly(series), horizon=13, threads=1)


def test_every_series_is_forecast_with_ordered_finite_bounds(awkward: DemandForecast) -> None:
    values = awkward.forecast.select("mean", *NAMES).to_numpy()
    assert awkward.forecast["unique_id"].n_unique() == 14
    assert awkward.forecast.height == 14 * 13
    assert np.isfinite(values).all() and (values >= 0).all()
    assert (np.diff(values[:, 1:], axis=1) >= 0).all()
    assert awkward.forecast["reason"].str.len_chars().min() > 5


@pytest.mark.parametrize(("series", "mean", "words"), [
    ("three points", 12, "only 3 week(s)"),
    ("one point", 5, "only 1 week(s)"),
    ("all zeros", 0, "no sales in any"),
    ("returned", 0, "no sales in any"),
    ("same", 12, "same quantity"),
    ("gone", 0, "no longer sold"),
    ("stopped", 0, "taken as stopped"),
])  # fmt: skip
def test_what_has_one_plain_answer_gets_it_and_says_why(
    awkward: DemandForecast, series: str, mean: float, words: str
) -> None:
    made = of(awkward, series)
    assert made["mean"].to_list() == pytest.approx([mean] * 13)
    assert words in made["reason"][0]


@pytest.mark.parametrize("series", ["usual", "spiked", "holed", "negative"])
def test_spikes_holes_and_returns_do_not_move_the_level(awkward: DemandForecast, series: str) -> None:
    made = of(awkward, series)
    assert 33 < made["mean"].mean() < 47  # type: ignore[operator]
    assert made["q975"].max() < 200  # type: ignore[operator]


def test_a_spike_is_named_in_the_reason(awkward: DemandForecast) -> None:
    assert "capped" in of(awkward, "spiked")["reason"][0]
    assert "capped" not in of(awkward, "usual")["reason"][0]


def test_a_fresh_level_is_followed_and_the_interval_reaches_back(awkward: DemandForecast) -> None:
    made = of(awkward, "stepped")
    assert 75 < made["mean"].mean() < 125  # type: ignore[operator]
    assert made["q10"].min() < 45  # type: ignore[operator]
    assert "above the level before" in made["reason"][0]
    assert of(awkward, "stopped")["q90"].min() > 30  # type: ignore[operator]


def test_rare_demand_is_a_rate(awkward: DemandForecast) -> None:
    assert of(awkward, "rare")["mean"].mean() == pytest.approx(1.2, rel=0.6)
    assert of(awkward, "rare")["q50"].max() <= 2  # type: ignore[operator]


def test_a_new_series_is_forecast_from_its_few_weeks(awkward: DemandForecast) -> None:
    assert of(awkward, "new")["mean"].mean() == pytest.approx(30, rel=0.3)


def test_counts_have_whole_bounds(awkward: DemandForecast) -> None:
    bounds = of(awkward, "usual").select(NAMES).to_numpy()
    assert (bounds == np.round(bounds)).all()


def test_a_season_is_continued() -> None:
    rng, weeks = np.random.default_rng(3), np.arange(169)
    made = forecast_demand(weekly({"a": rng.poisson(season(weeks[:156]))}), horizon=13, threads=1)
    expected = season(weeks[156:])
    assert np.abs(made.forecast["mean"].to_numpy() - expected).sum() / expected.sum() < 0.15


def test_weeks_may_begin_on_any_day_and_months_end_at_their_end() -> None:
    sundays = weekly({"a": np.arange(30) + 50.0}, MONDAY - timedelta(days=1))
    assert set(forecast_demand(sundays, horizon=4, threads=1).forecast["ds"].dt.weekday()) == {7}
    months = pl.DataFrame({"ds": pl.date_range(MONDAY.replace(day=1), MONDAY.replace(year=2025), "1mo", eager=True)})
    months = months.with_columns(pl.col("ds").dt.month_end(), pl.lit("a").alias("unique_id"), pl.lit(9.5).alias("y"))
    made = forecast_demand(months, frequency="M", horizon=3, threads=1).forecast
    assert made["ds"].to_list() == sorted(made["ds"].dt.month_end().unique().to_list())
    assert made["mean"].to_list() == [9.5] * 3

"""Series whose right answer is known, and what must hold for every series whatever it looks like."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.sales import SeriesForecast, forecast_series

HORIZON = 13


def forecast(quantities: object, horizon: int = HORIZON) -> SeriesForecast:
    return forecast_series(np.asarray(quantities, dtype=float), horizon)


def noise(seed: int = 7) -> np.random.Generator:
    return np.random.default_rng(seed)


def season(weeks: np.ndarray) -> np.ndarray:
    return 200 + 120 * np.sin(2 * np.pi * weeks / 52)


def test_a_season_is_continued() -> None:
    weeks = np.arange(169)
    made = forecast(noise().poisson(season(weeks[:156])))
    expected = season(weeks[156:])
    assert np.abs(made.forecast - expected).sum() / expected.sum() < 0.15
    assert made.forecast[-1] > 1.3 * made.forecast[0]


def test_a_trend_is_continued_and_beats_repeating_last_year() -> None:
    weeks = np.arange(169)
    made = forecast(noise().normal(50 + weeks[:156], 4).clip(0))
    expected = 50 + weeks[156:]
    assert made.model in {"AutoETS", "AutoTheta", "MSTL"}
    assert np.abs(made.forecast - expected).sum() / expected.sum() < 0.07
    assert made.wape is not None and made.benchmark_wape is not None
    assert made.wape < 0.5 * made.benchmark_wape


def test_intermittent_demand_is_forecast_as_a_rate() -> None:
    rng = noise()
    quantities = rng.poisson(6, 156) * (rng.random(156) < 0.25)
    made = forecast(quantities)
    assert made.forecast.sum() == pytest.approx(HORIZON * quantities.mean(), rel=0.5)
    assert "weeks without sales" in made.reason


def test_nothing_ever_sold() -> None:
    made = forecast(np.zeros(60))
    assert made.model == "Zero"
    assert made.forecast.tolist() == made.lower.tolist() == made.upper.tolist() == [0.0] * HORIZON
    assert "no sales in any of 60 weeks" in made.reason


def test_nothing_sold_for_a_year() -> None:
    made = forecast([30.0] * 60 + [0.0] * 52)
    assert made.forecast.tolist() == [0.0] * HORIZON
    assert "no longer sold" in made.reason


@pytest.mark.parametrize("quantities", [[4.0], [4.0, 8.0], [10.0, 12.0, 14.0], [5.0] * 7])
def test_too_few_weeks_give_their_mean_with_an_interval_and_say_so(quantities: list[float]) -> None:
    made = forecast(quantities)
    assert made.forecast.tolist() == [pytest.approx(np.mean(quantities))] * HORIZON
    assert (made.lower < made.forecast).all() and (made.upper > made.forecast).all()
    assert f"only {len(quantities)} week" in made.reason
    assert made.wape is None and made.replayed == []


def test_a_series_that_began_this_week_starts_from_what_is_sold_so_far() -> None:
    made = forecast_series(np.zeros(0), HORIZON, started_with=17.0)
    assert made.forecast.tolist() == [17.0] * HORIZON
    assert "no complete week" in made.reason


def test_the_same_quantity_every_week() -> None:
    made = forecast([12.0] * 40)
    assert made.model == "Constant"
    assert made.forecast.tolist() == [12.0] * HORIZON
    assert "same quantity in all of 40 weeks" in made.reason


def test_one_absurd_week_does_not_move_the_forecast() -> None:
    quantities = noise().poisson(50, 120).astype(float)
    for week in (30, 110, 119):
        spiked = quantities.copy()
        spiked[week] = 1_000_000
        made = forecast(spiked)
        assert made.forecast.max() < 80, f"spike in week {week}"
        assert made.upper.max() < 200, f"spike in week {week}"
        assert "capped" in made.reason


def test_a_peak_that_comes_every_year_is_not_an_absurd_week() -> None:
    quantities = noise().poisson(20, 150).astype(float)
    quantities[[46, 98]] = 400
    made = forecast(quantities)
    assert "capped" not in made.reason


def test_holes_of_some_weeks_do_not_drag_the_forecast_to_nothing() -> None:
    quantities = noise().poisson(40, 130).astype(float)
    quantities[60:66] = 0
    made = forecast(quantities)
    assert 30 < made.forecast.mean() < 50


def test_sales_that_stop_are_forecast_as_stopped_with_an_interval_up_to_the_level_before() -> None:
    quantities = noise().poisson(40, 130).astype(float)
    quantities[-3:] = 0
    made = forecast(quantities)
    assert made.forecast.tolist() == [0.0] * HORIZON
    assert made.lower.tolist() == [0.0] * HORIZON
    assert (made.upper > 30).all()
    assert "stock-out" in made.reason


@pytest.mark.parametrize(("factor", "word"), [(0.4, "below"), (2.5, "above")])
def test_a_fresh_change_of_level_is_followed_and_the_interval_reaches_back(factor: float, word: str) -> None:
    quantities = noise().poisson(100, 130).astype(float)
    quantities[-5:] *= factor
    made = forecast(quantities)
    assert made.forecast.mean() == pytest.approx(100 * factor, rel=0.25)
    assert word in made.reason
    assert made.lower.min() <= 105 and made.upper.max() >= 95


def test_growth_and_the_turn_of_a_season_are_no_change_of_level() -> None:
    weeks = np.arange(120)
    assert "level before" not in forecast(noise().poisson(20 + weeks)).reason
    for end in range(104, 130, 3):
        assert "level before" not in forecast(noise().poisson(season(np.arange(end)))).reason


def test_a_model_that_loses_to_seasonal_naive_is_not_used() -> None:
    other, year = (noise(seed).poisson(100, 52) * noise(seed + 9).choice([0.4, 1.0, 3.0], 52) for seed in (1, 2))
    made = forecast(np.concatenate([other, year, year]))
    assert made.model == "SeasonalNaive"
    assert made.forecast.tolist() == made.benchmark.tolist()
    assert "no model beat seasonal naive" in made.reason


def test_replayed_weeks_are_distinct_and_known_only_from_the_weeks_before() -> None:
    quantities = noise().poisson(30, 160).astype(float)
    made = forecast(quantities)
    weeks = [replayed.week for replayed in made.replayed]
    assert weeks == list(range(160 - 52, 160))
    changed = quantities.copy()
    changed[-13:] = 500
    before = {r.week: r.benchmark for r in made.replayed if r.week < 147}
    after = {r.week: r.benchmark for r in forecast(changed).replayed if r.week < 147}
    assert before == after


def test_intervals_hold_about_what_they_promise() -> None:
    hits = total = 0
    for seed in range(25):
        quantities = np.random.default_rng(seed).poisson(40, 120 + HORIZON)
        made = forecast(quantities[:-HORIZON])
        future = quantities[-HORIZON:]
        hits += int(((made.lower <= future) & (future <= made.upper)).sum())
        total += HORIZON
    assert 0.7 <= hits / total <= 0.92


ANY_QUANTITY = st.one_of(st.just(0.0), st.floats(-50, 1000), st.sampled_from([1.0, 1e9, 0.0001, -1e6]))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(ANY_QUANTITY, max_size=130), st.integers(1, 60))
def test_whatever_was_sold_bounds_are_ordered_finite_and_never_negative(quantities: list[float], horizon: int) -> None:
    made = forecast(quantities, horizon)
    for values in (made.forecast, made.lower, made.upper, made.benchmark):
        assert len(values) == horizon
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    assert (made.lower <= made.forecast).all() and (made.forecast <= made.upper).all()
    assert all(0 <= week.lower <= week.forecast <= week.upper for week in made.replayed)
    assert made.reason
    if made.wape is not None and made.benchmark_wape is not None:
        assert made.wape <= made.benchmark_wape
    again = forecast(quantities, horizon)
    assert again.forecast.tobytes() == made.forecast.tobytes()
    assert again.upper.tobytes() == made.upper.tobytes()

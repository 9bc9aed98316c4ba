"""Products without a history are forecast from launched products like them."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from forecasting.new_products import backtest_launches, forecast_new_products
from forecasting.new_products.launches import LaunchError, read_launches

PERIODS = 8
ATTRIBUTES = ["category", "color", "price"]
SELLS = {"dress": 40.0, "coat": 8.0}
LIKED = {"black": 2.0, "beige": 0.5}
FIRST = date(2024, 1, 1)


def launches(count: int = 400, seed: int = 1) -> pl.DataFrame:
    """Dresses sell five times what coats sell, black four times what beige does, and every product fades after its launch."""
    random = np.random.default_rng(seed)
    products = pl.DataFrame(
        {
            "unique_id": [f"P{number:04d}" for number in range(count)],
            "launched_on": [FIRST + timedelta(days=int(number * 900 / count)) for number in range(count)],
            "category": random.choice(list(SELLS), count),
            "color": random.choice(list(LIKED), count),
            "price": random.choice([19.9, 39.9], count),
        }
    )
    rows = products.join(pl.DataFrame({"period": range(PERIODS)}), how="cross")
    expected = (
        rows["category"].replace_strict(SELLS, return_dtype=pl.Float64)
        * rows["color"].replace_strict(LIKED, return_dtype=pl.Float64)
        * pl.Series([0.8**period for period in rows["period"]])
    )
    return rows.with_columns(pl.Series("y", random.poisson(expected.to_numpy())).cast(pl.Float64))


def planned(**columns: list[object]) -> pl.DataFrame:
    size = len(next(iter(columns.values())))
    given = {
        "unique_id": [f"N{number}" for number in range(size)],
        "launched_on": [date(2026, 7, 1)] * size,
        "category": ["dress"] * size,
        "color": ["black"] * size,
        "price": [39.9] * size,
    }
    return pl.DataFrame(given | columns)


def test_attributes_tell_what_a_product_will_sell() -> None:
    asked = planned(category=["dress", "dress", "coat", "coat"], color=["black", "beige", "black", "beige"])
    made = forecast_new_products(launches(), asked, attributes=ATTRIBUTES, periods=PERIODS)
    first_weeks = made.forecast.filter(pl.col("period") == 0).sort("unique_id")["mean"].to_list()
    for foretold, true in zip(first_weeks, [80.0, 20.0, 16.0, 4.0], strict=True):
        assert true * 0.7 < foretold < true * 1.4
    fading = made.forecast.filter(pl.col("unique_id") == "N0").sort("period")["mean"].to_list()
    assert fading[7] < fading[0] * 0.5


def test_quantiles_are_in_order_and_never_negative() -> None:
    made = forecast_new_products(launches(), planned(color=["black", "beige"]), attributes=ATTRIBUTES, periods=PERIODS)
    quantiles = made.forecast.select("q025", "q10", "q25", "q50", "q75", "q90", "q975").to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert (quantiles >= 0).all()
    assert made.forecast.height == 2 * PERIODS


def test_the_backtest_beats_the_mean_of_the_category_where_attributes_matter() -> None:
    accuracy = backtest_launches(launches(), attributes=ATTRIBUTES, periods=PERIODS)
    assert accuracy is not None
    assert accuracy.wape < accuracy.category_mean_wape * 0.7
    assert 0.9 < accuracy.foretold_share < 1.1
    assert 0.7 < accuracy.coverage_80 < 0.9


def test_nothing_of_the_future_is_used() -> None:
    """What is sold after a day, by earlier and later launches alike, cannot change what is known on that day."""
    day, known = date(2025, 6, 2), launches()
    over = pl.col("launched_on") + pl.duration(days=(pl.col("period") + 1) * 7) <= day
    changed = known.with_columns(pl.when(over).then(pl.col("y")).otherwise(pl.col("y") + 1000).alias("y"))
    origin = (day - date(1970, 1, 1)).days
    first, second = (
        read_launches(table, None, ATTRIBUTES, PERIODS)[0].as_known_on(origin, 7) for table in (known, changed)
    )
    assert first.ids == second.ids
    assert np.array_equal(first.sold, second.sold, equal_nan=True)
    assert 0 < np.isfinite(first.sold).sum() == known.filter(over).height


def test_a_new_word_and_a_missing_one_get_a_forecast() -> None:
    made = forecast_new_products(
        launches(), planned(color=["neon", None], price=[None, 19.9]), attributes=ATTRIBUTES, periods=PERIODS
    )
    assert made.forecast["mean"].is_finite().all()
    assert (made.forecast["mean"] > 0).all()


def test_analogues_share_attributes() -> None:
    known = launches()
    made = forecast_new_products(known, planned(category=["coat"]), attributes=ATTRIBUTES, periods=PERIODS)
    alike = made.analogues.join(known.unique("unique_id"), left_on="analogue_id", right_on="unique_id")
    assert alike.height == 5
    assert alike["category"].unique().to_list() == ["coat"]
    assert alike["color"].unique().to_list() == ["black"]


def test_few_launches_give_the_mean_of_their_category_and_say_so() -> None:
    made = forecast_new_products(launches(6), planned(color=["black"]), attributes=ATTRIBUTES, periods=PERIODS)
    assert made.forecast["mean"].is_finite().all()
    assert "too few launches" in made.forecast["reason"][0]
    assert backtest_launches(launches(6), attributes=ATTRIBUTES) is None


def test_the_same_seed_gives_the_same_forecast() -> None:
    first, second = (
        forecast_new_products(launches(), planned(color=["black"]), attributes=ATTRIBUTES, periods=PERIODS, seed=3)
        for _ in range(2)
    )
    assert first.forecast.equals(second.forecast)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda table: table.drop("color"), "no column color"),
        (lambda table: pl.concat([table, table.head(1)]), "'P0000': period 0 stands twice"),
        (lambda table: table.with_columns(pl.lit(None, pl.Float64).alias("y")), "'P0000': y None is not a number"),
        (lambda table: table.with_columns(pl.col("period") - 1), "'P0000': period -1 is not 0 or more"),
    ],
)
def test_tables_that_cannot_be_used_are_refused_by_name(spoil: object, message: str) -> None:
    with pytest.raises(LaunchError, match=message):
        forecast_new_products(spoil(launches(20)), planned(color=["black"]), attributes=ATTRIBUTES)  # type: ignore[operator]


def test_a_product_planned_twice_is_refused() -> None:
    with pytest.raises(LaunchError, match="'N0': unique_id 'N0' is planned twice"):
        forecast_new_products(launches(20), planned(unique_id=["N0", "N0"]), attributes=ATTRIBUTES)

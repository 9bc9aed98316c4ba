"""Tables that cannot be forecast are refused with column, series and value; pandas and Polars are the same."""

import numpy as np
import polars as pl
import pytest
from demand_tables import weekly

from forecasting.demand import DemandError, forecast_demand

GOOD = weekly({"a": np.arange(20.0), "b": np.arange(20.0)}, colour="red")


@pytest.mark.parametrize(("table", "words"), [
    (GOOD.drop("y"), "no column y"),
    (pl.concat([GOOD, GOOD.head(1)]), "series 'a' has 2 rows for 2023-01-02"),
    (GOOD.with_columns(pl.when(pl.col("y") == 3).then(pl.lit("many")).otherwise(pl.lit("1")).alias("y")), "'many' is no number"),
    (GOOD.with_columns(pl.when(pl.col("y") == 3).then(None).otherwise(pl.col("ds")).alias("ds")), "column ds, series 'a': None"),
    (GOOD.with_columns(pl.when(pl.col("y") == 3).then(pl.col("ds").dt.offset_by("1d")).otherwise(pl.col("ds")).alias("ds")), "no Monday"),
    (GOOD.with_columns(pl.lit(2.0).alias("is_stocked")), "column is_stocked"),
    (pl.concat([GOOD.head(5), GOOD.slice(5).with_columns(pl.lit("blue").alias("colour"))]), "column colour, series 'a'"),
    (GOOD.with_columns(pl.when(pl.col("y") == 3).then(float("inf")).otherwise(pl.col("y")).alias("y")), "is infinite"),
    (GOOD.clear(), "no rows"),
    ([1, 2], "a Polars or pandas table"),
])  # fmt: skip
def test_what_is_wrong_is_named(table: object, words: str) -> None:
    with pytest.raises(DemandError, match=words.replace("(", r"\(")):
        forecast_demand(table, horizon=4, hierarchy=["colour"], threads=1)


def test_an_unknown_frequency_and_no_horizon_are_refused() -> None:
    with pytest.raises(DemandError, match="use D, W or M"):
        forecast_demand(GOOD, frequency="hour")
    with pytest.raises(DemandError, match="begins at 1"):
        forecast_demand(GOOD, horizon=0)


def test_pandas_and_polars_texts_and_dates_give_the_same() -> None:
    rng = np.random.default_rng(1)
    table = weekly({"a": rng.poisson(9, 60), "b": rng.poisson(30, 60)})
    made = forecast_demand(table, horizon=4, threads=1).forecast
    assert made.equals(forecast_demand(table.to_pandas(), horizon=4, threads=1).forecast)
    texts = table.with_columns(pl.col("ds").cast(pl.String), pl.col("y").cast(pl.String)).sample(
        fraction=1, shuffle=True, seed=2
    )
    assert made.equals(forecast_demand(texts, horizon=4, threads=1).forecast)


def test_missing_rows_are_periods_without_demand() -> None:
    rng = np.random.default_rng(1)
    table = weekly({"a": rng.poisson(1, 60), "b": rng.poisson(30, 60)})
    table = table.with_columns(
        pl.when(pl.col("ds").is_in([table["ds"][0], table["ds"][59]])).then(7.0).otherwise("y").alias("y")
    )
    made = forecast_demand(table, horizon=4, threads=1).forecast
    assert made.equals(forecast_demand(table.filter(pl.col("y") > 0), horizon=4, threads=1).forecast)


def test_features_that_are_not_known_ahead_are_named_and_not_used() -> None:
    made = forecast_demand(GOOD.with_columns(pl.lit(3.0).alias("visits")), horizon=4, threads=1)
    assert made.notes == ["visits is not known for coming periods: no model uses it"]

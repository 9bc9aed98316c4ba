"""Were planners right? The error without an override against the error with it, when its week is over.

Comes in: what each override changed in each forecast, and the demand that came. Goes out: rows of `marts.fct_forecast_override`, and of
`marts.mart_forecast_value_added` by who and level. Called by `forecasting.sales.run`.
"""

from datetime import date

import polars as pl

from forecasting.overrides.apply import of_override
from forecasting.sales.shares import SCALE


def judged(effects: pl.DataFrame, overrides: pl.DataFrame, demand: pl.DataFrame, last_week: date) -> pl.DataFrame:
    """Return one row per override and week, as last forecast before the week began, with what came once it is over.

    Args:
        effects: made_on, override_id, week_start_on, base_units, overridden_units.
        overrides: all of the ledger.
        demand: weekly cells with attributes.
        last_week: the last week that is over.
    """
    newest = effects.sort("made_on").filter(pl.col("made_on") < pl.col("week_start_on")).unique(
        ["override_id", "week_start_on"], keep="last", maintain_order=True
    )  # fmt: skip
    rows = newest.join(overrides, on="override_id", how="inner")
    came = []
    for override in rows.unique("override_id").iter_rows(named=True):
        weeks = rows.filter(pl.col("override_id") == override["override_id"], pl.col("week_start_on") <= last_week)
        sold = (
            demand.filter(of_override(override)).group_by("week_start_on").agg(pl.col("quantity").sum().alias("actual"))
        )
        weeks = weeks.select("override_id", "week_start_on").join(sold, on="week_start_on", how="left")
        came.append(weeks.with_columns(pl.col("actual").fill_null(0.0)))
    actual = (
        pl.concat(came)
        if came
        else pl.DataFrame(schema={"override_id": pl.Int64, "week_start_on": pl.Date, "actual": pl.Float64})
    )
    rows = rows.join(actual, on=["override_id", "week_start_on"], how="left").with_columns(
        (pl.col("base_units") / SCALE).alias("base_forecast"), (pl.col("overridden_units") / SCALE).alias("forecast")
    )
    error = {name: (pl.col(name) - pl.col("actual")).abs() for name in ("base_forecast", "forecast")}
    return rows.with_columns((error["base_forecast"] - error["forecast"]).alias("value_added")).sort(
        "override_id", "week_start_on"
    )


def value_added(rows: pl.DataFrame) -> pl.DataFrame:
    """Return errors by who and level over the weeks that are over; and over all levels and people as 'all'."""
    over = rows.filter(pl.col("actual").is_not_null())
    everybody = over.with_columns(pl.lit("all").alias("who"))
    every_level = over.with_columns(pl.lit("all").alias("level"))
    both = everybody.with_columns(pl.lit("all").alias("level"))
    error = {name: (pl.col(name) - pl.col("actual")).abs().sum() for name in ("base_forecast", "forecast")}
    sold = pl.col("actual").abs().sum()
    share = {name: pl.when(sold > 0).then(expression / sold) for name, expression in error.items()}
    columns = list(over.columns)
    return (
        pl.concat([frame.select(columns) for frame in (over, everybody, every_level, both)])
        .group_by("who", "level")
        .agg(
            pl.col("override_id").n_unique().cast(pl.Int32).alias("overrides"),
            pl.len().cast(pl.Int32).alias("weeks"),
            pl.col("actual").sum(),
            pl.col("base_forecast").sum(),
            pl.col("forecast").sum(),
            error["base_forecast"].alias("base_absolute_error"),
            error["forecast"].alias("absolute_error"),
            share["base_forecast"].alias("base_wape"),
            share["forecast"].alias("wape"),
            (error["base_forecast"] - error["forecast"]).alias("value_added"),
            (pl.col("value_added") > 0).mean().alias("share_of_weeks_better"),
        )
        .sort("who", "level")
    )

"""The chance that a work centre is asked for more than its regular hours.

Comes in: the spread of demand, the lots that serve it and their hours. Goes out: a chance per centre and week. Called by
`forecasting.capacity.plan`.

A lot answers for the demand of the weeks it covers, so its hours vary with that demand. What is common to all products (trend,
weather, a campaign) is one factor with the correlation ρ of the settings, the rest is independent: Var = ρ·(Σhσ)² + (1 − ρ)·Σ(hσ)².
The sum over many products is taken to be normal; with few and sparse products the true distribution is skewed (docs/capacity.md).
"""

import numpy as np
import polars as pl
from scipy.stats import norm

from forecasting.capacity.demand import WeeklyDemand


def lot_spread(lots: pl.DataFrame, demand: WeeklyDemand) -> pl.DataFrame:
    """Return the lots with the spread of the demand they answer for: from their due week until the next lot of the product.

    Demand before the first lot is met from stock, which the first lot fills up again.
    """
    row, week = np.nonzero(demand.spread)
    spreads = pl.DataFrame(
        {
            "product_key": [demand.keys[number] for number in row],
            "week": week,
            "variance": demand.spread[row, week] ** 2,
        },
        schema={"product_key": pl.String, "week": pl.Int64, "variance": pl.Float64},
    ).sort("week")
    dues = lots.select("product_key", "due_week").unique().sort("due_week")
    before = spreads.join_asof(
        dues, left_on="week", right_on="due_week", by="product_key", strategy="backward", check_sortedness=False
    )
    first = dues.group_by("product_key").agg(first_due=pl.col("due_week").min())
    answered = (
        before.join(first, on="product_key")
        .with_columns(due_week=pl.coalesce("due_week", "first_due"))
        .group_by("product_key", "due_week")
        .agg(spread=pl.col("variance").sum().sqrt())
    )
    return lots.join(answered, on=["product_key", "due_week"], how="left").with_columns(pl.col("spread").fill_null(0.0))


def overload_chance(hours: pl.DataFrame, spreads: pl.DataFrame, load: pl.DataFrame, correlation: float) -> pl.DataFrame:
    """Return work_centre_key, week, load_spread and chance_of_overload.

    `hours` are rows of lots and steps (run_hours of quantity), `spreads` the lots' spreads, `load` the expected load_hours and
    regular_hours of every centre and week. A load without spread is over its hours or it is not.
    """
    per_week = (
        hours.join(spreads.select("product_key", "due_week", "spread"), on=["product_key", "due_week"], how="left")
        .with_columns(varies=pl.col("run_hours") / pl.col("quantity") * pl.col("spread").fill_null(0.0))
        .group_by("work_centre_key", week="release_week")
        .agg(together=pl.col("varies").sum(), apart=pl.col("varies").pow(2).sum())
        .with_columns(
            load_spread=(correlation * pl.col("together").pow(2) + (1 - correlation) * pl.col("apart")).sqrt()
        )
    )
    joined = load.join(
        per_week.select("work_centre_key", "week", "load_spread"), on=["work_centre_key", "week"], how="left"
    )
    joined = joined.with_columns(pl.col("load_spread").fill_null(0.0))
    gap = (joined["load_hours"] - joined["regular_hours"]).to_numpy()
    spread = joined["load_spread"].to_numpy()
    certain = (gap > 1e-9).astype(float)
    chance = np.where(spread > 1e-9, norm.cdf(gap / np.maximum(spread, 1e-9)), certain)
    return joined.with_columns(chance_of_overload=pl.Series(chance, dtype=pl.Float64))

"""From the forecast of products and markets to what each product must deliver, week by week.

Comes in: `PlanInputs`. Goes out: `WeeklyDemand`, products × weeks as matrices. Called by `forecasting.capacity.plan`.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from forecasting.capacity.assumptions import Assumptions
from forecasting.capacity.inputs import PlanInputs

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class WeeklyDemand:
    """Rows are `keys`, columns the planned weeks: expected demand with open orders, its spread, and the open orders in it."""

    keys: list[str]
    needed: Floats
    spread: Floats
    ordered: Floats


def weekly_demand(inputs: PlanInputs, assumptions: Assumptions) -> WeeklyDemand:
    """Add up markets and open orders; of a week that has begun only the days that are still to come count.

    Demand of markets is correlated: spreads add up between their sum and the root of the sum of their squares.
    """
    weeks = assumptions.horizon_weeks
    rho = assumptions.demand_correlation
    left = _share_of_first_week_left(inputs)
    weekly = (
        _changed(inputs, assumptions)
        .with_columns(week=inputs.week_number("week_start_on"))
        .filter(pl.col("week").is_between(0, weeks - 1))
        .with_columns(share=pl.when(pl.col("week") == 0).then(left).otherwise(1.0))
        .with_columns(mean=pl.col("mean") * pl.col("share"), spread=pl.col("spread") * pl.col("share").sqrt())
        .group_by("product_key", "week")
        .agg(
            pl.col("mean").sum().clip(lower_bound=0),
            spread=(rho * pl.col("spread").sum().pow(2) + (1 - rho) * pl.col("spread").pow(2).sum()).sqrt(),
        )
    )
    orders = (
        inputs.open_orders.with_columns(week=inputs.week_number("due_on").clip(lower_bound=0))
        .filter(pl.col("week") < weeks)
        .group_by("product_key", "week")
        .agg(pl.col("quantity").sum())
    )
    keys = sorted({*weekly["product_key"], *orders["product_key"]})
    ordered = matrix(orders, keys, weeks, "quantity")
    return WeeklyDemand(
        keys, matrix(weekly, keys, weeks, "mean") + ordered, matrix(weekly, keys, weeks, "spread"), ordered
    )


def matrix(frame: pl.DataFrame, keys: list[str], weeks: int, value: str) -> Floats:
    """Return products × weeks of a long frame with product_key and week; what is missing is 0."""
    filled = np.zeros((len(keys), weeks))
    placed = frame.join(
        pl.DataFrame({"product_key": keys, "row": range(len(keys))}, schema_overrides={"product_key": pl.String}),
        on="product_key",
    )
    np.add.at(filled, (placed["row"].to_numpy(), placed["week"].to_numpy()), placed[value].cast(pl.Float64).to_numpy())
    return filled


def _changed(inputs: PlanInputs, assumptions: Assumptions) -> pl.DataFrame:
    """The forecast with the what-if's factor: on all demand, on the rows of a market, or on the market's share of a product."""
    factor, market = assumptions.demand_factor, assumptions.market_code
    if factor == 1.0:
        return inputs.demand
    if market is None:
        scale = pl.lit(factor)
        return inputs.demand.with_columns(pl.col("mean") * scale, pl.col("spread") * scale)
    shares = inputs.market_shares.filter(pl.col("market_code") == market).select("product_key", "share")
    in_market = (
        pl.when(pl.col("market_code") == market)
        .then(1.0)
        .when(pl.col("market_code").is_null())
        .then(pl.col("share").fill_null(0.0))
        .otherwise(0.0)
    )
    scale = 1.0 + (factor - 1.0) * in_market
    return (
        inputs.demand.join(shares, on="product_key", how="left")
        .with_columns(pl.col("mean") * scale, pl.col("spread") * scale)
        .drop("share")
    )


def _share_of_first_week_left(inputs: PlanInputs) -> float:
    over = (inputs.known_until + timedelta(days=1) - inputs.first_week).days
    return min(1.0, max(0.0, (7 - over) / 7))

"""What each person is expected to order and to be worth, and how probable it is that she has left.

Comes in: one row per order (person_key, ordered_on, net_amount). Goes out: one row per person with an order, in the columns of
`ESTIMATE_SCHEMA`. Called by the dbt model `int_lifetime_values__estimated`.
"""

from datetime import date
from typing import cast

import numpy as np
import polars as pl

from customers.lifetime_value.models import (
    FloatArray,
    Process,
    fit_purchases,
    fit_spending,
    has_enough,
    library_version,
)
from customers.lifetime_value.summaries import order_days, summarise

# Where most people order once, BG/NBD would call all of these alive for certain (docs/customer-analytics.md).
PROCESS: Process = "mbg_nbd"
HORIZONS = (90, 365)
CHURN_DAYS = 365
BANDS = ((0.4, "low"), (0.7, "medium"))
ESTIMATE_SCHEMA = pl.Schema(
    {
        "person_key": pl.String,
        "repeat_order_days": pl.Int64,
        "expected_orders_90_days": pl.Float64,
        "expected_orders_365_days": pl.Float64,
        "expected_order_amount": pl.Float64,
        "expected_value_90_days": pl.Float64,
        "expected_value_365_days": pl.Float64,
        "probability_alive": pl.Float64,
        "churn_risk": pl.Float64,
        "churn_risk_band": pl.String,
        "model_name": pl.String,
        "model_version": pl.String,
        "reason": pl.String,
    }
)


def estimate(orders: pl.DataFrame) -> pl.DataFrame:
    """Estimate every person as of the newest order of anyone.

    With too few repeat buyers everyone is expected to order like the company on average, and nothing is said about who
    has left; `reason` says so. Who never paid anything has no amounts.
    """
    days = order_days(orders)
    if days.is_empty():
        return pl.DataFrame(schema=ESTIMATE_SCHEMA)
    summary = summarise(days, cast(date, days["ordered_on"].max()))
    if has_enough(summary):
        purchases = fit_purchases(summary, PROCESS)
        expected = {horizon: purchases.expected_orders(summary, horizon) for horizon in HORIZONS}
        amount = fit_spending(summary).expected_amount(summary)
        alive, silent = purchases.probability_alive(summary), purchases.probability_silent(summary, CHURN_DAYS)
        name, version, reason = f"{PROCESS}_gamma_gamma", library_version(), None
    else:
        expected = {horizon: company_mean_orders(summary, horizon) for horizon in HORIZONS}
        amount = company_mean_amount(summary)
        alive = silent = np.full(len(summary), np.nan)
        name, version, reason = "company_mean", "1", "too_few_repeat_buyers"
    never_paid = pl.col("mean_order_amount") <= 0
    return (
        summary.with_columns(
            *(pl.Series(f"expected_orders_{horizon}_days", expected[horizon]) for horizon in HORIZONS),
            pl.Series("expected_order_amount", amount),
            pl.Series("probability_alive", alive),
            pl.Series("churn_risk", silent),
        )
        .with_columns(pl.col("expected_order_amount", "probability_alive", "churn_risk").fill_nan(None))
        .with_columns(
            *(
                (pl.col(f"expected_orders_{horizon}_days") * pl.col("expected_order_amount")).alias(
                    f"expected_value_{horizon}_days"
                )
                for horizon in HORIZONS
            ),
            model_name=pl.lit(name),
            model_version=pl.lit(version),
            reason=pl.when(never_paid).then(pl.lit("never_paid")).otherwise(pl.lit(reason, dtype=pl.String)),
        )
        .with_columns(churn_risk_band=churn_risk_band())
        .rename({"frequency": "repeat_order_days"})
        .select(*ESTIMATE_SCHEMA)
        .cast(ESTIMATE_SCHEMA)
    )


def churn_risk_band() -> pl.Expr:
    """Return the word for a churn risk: low below 0.4, high from 0.7."""
    risk = pl.col("churn_risk")
    (low, low_name), (medium, medium_name) = BANDS
    return (
        pl.when(risk.is_null())
        .then(None)
        .when(risk < low)
        .then(pl.lit(low_name))
        .when(risk < medium)
        .then(pl.lit(medium_name))
        .otherwise(pl.lit("high"))
    )


def company_mean_orders(summary: pl.DataFrame, days: int) -> FloatArray:
    """Return the repeated order days that everyone would have if all were alike."""
    exposure = float(summary["age_days"].sum())
    rate = float(summary["frequency"].sum()) / exposure if exposure > 0 else 0.0
    return np.full(len(summary), rate * days)


def company_mean_amount(summary: pl.DataFrame) -> FloatArray:
    """Return the mean value of an order day for who paid anything, NaN for who did not."""
    means = summary["mean_order_amount"].to_numpy()
    order_day_counts = summary["frequency"].to_numpy() + 1
    paid = means > 0
    if not paid.any():
        return np.full(len(summary), np.nan)
    return np.where(paid, np.average(means[paid], weights=order_day_counts[paid]), np.nan)

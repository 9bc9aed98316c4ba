"""The hold-out check: would the estimates of half a year ago have come true?

Comes in: one row per order (person_key, ordered_on, net_amount). Goes out: per model the total and ten tenths of the people, in
the columns of `CHECK_SCHEMA`. Called by the dbt model `int_lifetime_values__checked` and by the benchmark of customers.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import cast

import numpy as np
import polars as pl

from customers.lifetime_value.estimates import PROCESS, company_mean_amount, company_mean_orders
from customers.lifetime_value.models import (
    FloatArray,
    Process,
    fit_purchases,
    fit_spending,
    has_enough,
    library_version,
)
from customers.lifetime_value.summaries import order_days, summarise

HOLD_OUT_DAYS = 180
TOTAL = 0
CHECK_SCHEMA = pl.Schema(
    {
        "model_name": pl.String,
        "model_version": pl.String,
        "decile": pl.Int32,
        "calibrated_until": pl.Date,
        "horizon_days": pl.Int32,
        "person_count": pl.Int64,
        "expected_active_persons": pl.Float64,
        "actual_active_persons": pl.Float64,
        "expected_orders": pl.Float64,
        "actual_orders": pl.Float64,
        "orders_bias": pl.Float64,
        "orders_mean_absolute_error": pl.Float64,
        "orders_rank_correlation": pl.Float64,
        "expected_value": pl.Float64,
        "actual_value": pl.Float64,
        "value_bias": pl.Float64,
        "value_mean_absolute_error": pl.Float64,
        "value_rank_correlation": pl.Float64,
        "reason": pl.String,
    }
)


def evaluate(orders: pl.DataFrame, processes: Sequence[Process] = (PROCESS,)) -> pl.DataFrame:
    """Fit on all but the last 180 days (a third of a shorter history), predict them, and compare.

    Decile 0 is everyone; 1 are those of whom the model expects the most orders. `same_rate` is the benchmark: each person
    goes on ordering as often and for as much as before. An active person orders at least once. Bias is expected over actual, less one.
    """
    days = order_days(orders)
    if days.is_empty():
        return pl.DataFrame(schema=CHECK_SCHEMA)
    first, last = cast(date, days["ordered_on"].min()), cast(date, days["ordered_on"].max())
    horizon = min(HOLD_OUT_DAYS, (last - first).days // 3)
    if horizon == 0:
        return pl.DataFrame(schema=CHECK_SCHEMA)
    until = last - timedelta(days=horizon)
    summary = summarise(days, until)
    known = summary.join(
        days.filter(pl.col("ordered_on") > until)
        .group_by("person_key")
        .agg(pl.len().cast(pl.Float64).alias("actual_orders"), pl.col("net_amount").sum().alias("actual_value")),
        on="person_key",
        how="left",
        maintain_order="left",
    ).with_columns(pl.col("actual_orders", "actual_value").fill_null(0.0))
    checks = [
        _compare(known, *predicted).with_columns(
            model_name=pl.lit(name),
            model_version=pl.lit(version),
            calibrated_until=pl.lit(until),
            horizon_days=pl.lit(horizon),
            reason=pl.lit(reason, dtype=pl.String),
        )
        for (name, version, reason), predicted in _predictions(summary, horizon, processes)
    ]
    return pl.concat(checks).select(*CHECK_SCHEMA).cast(CHECK_SCHEMA)


def _predictions(
    summary: pl.DataFrame, horizon: int, processes: Sequence[Process]
) -> Iterator[tuple[tuple[str, str, str | None], tuple[FloatArray, FloatArray, FloatArray]]]:
    """Say, per model, its name, version and why it had to serve, and each person's orders, order amount and chance to order."""
    age = summary["age_days"].to_numpy()
    frequency = summary["frequency"].to_numpy().astype(np.float64)
    same_rate = np.divide(frequency, age, out=np.zeros_like(age), where=age > 0) * horizon
    yield ("same_rate", "1", None), (same_rate, summary["mean_order_amount"].to_numpy(), 1 - np.exp(-same_rate))
    if not has_enough(summary):
        mean_orders = company_mean_orders(summary, horizon)
        yield (
            ("company_mean", "1", "too_few_repeat_buyers"),
            (mean_orders, company_mean_amount(summary), 1 - np.exp(-mean_orders)),
        )
        return
    amounts = fit_spending(summary).expected_amount(summary)
    for process in processes:
        model = fit_purchases(summary, process)
        yield (
            (f"{process}_gamma_gamma", library_version(), None),
            (model.expected_orders(summary, horizon), amounts, 1 - model.probability_silent(summary, horizon)),
        )


def _compare(known: pl.DataFrame, orders: FloatArray, amounts: FloatArray, active: FloatArray) -> pl.DataFrame:
    """Return the total and the tenths. Who has no expected amount is expected to bring nothing."""
    predicted = known.with_columns(
        pl.Series("expected_orders", orders),
        pl.Series("expected_value", np.nan_to_num(orders * amounts)),
        pl.Series("expected_active_persons", active),
    ).sort(["expected_orders", "person_key"], descending=[True, False])
    tenths = predicted.with_columns(decile=(pl.int_range(pl.len()) * 10 // pl.len() + 1).cast(pl.Int32))
    everyone = predicted.with_columns(decile=pl.lit(TOTAL, dtype=pl.Int32))
    return pl.concat([everyone, tenths]).group_by("decile").agg(*_figures()).sort("decile")


def _figures() -> list[pl.Expr]:
    figures = [
        pl.len().alias("person_count"),
        pl.col("expected_active_persons").sum(),
        (pl.col("actual_orders") > 0).sum().alias("actual_active_persons"),
    ]
    for what in ("orders", "value"):
        expected, actual = pl.col(f"expected_{what}"), pl.col(f"actual_{what}")
        total = actual.sum()
        # Ranks of equal numbers have no correlation.
        varies = (expected.min() != expected.max()) & (actual.min() != actual.max())
        figures += [
            expected.sum(),
            total,
            pl.when(total != 0).then(expected.sum() / total - 1).alias(f"{what}_bias"),
            (expected - actual).abs().mean().alias(f"{what}_mean_absolute_error"),
            pl.when(varies)
            .then(pl.corr(expected.rank(), actual.rank(), method="pearson"))
            .alias(f"{what}_rank_correlation"),
        ]
    return figures

"""What each person's orders say to a model of repeat buying: how often, how recently, for how long, and how much.

Comes in: one row per order (person_key, ordered_on, net_amount), each with what remained of it after refunds. Goes out: one row
per person. Called by `customers.lifetime_value.estimates` and `customers.lifetime_value.evaluation`.
"""

from datetime import date

import polars as pl

SUMMARY_SCHEMA = pl.Schema(
    {
        "person_key": pl.String,
        "frequency": pl.Int64,
        "recency_days": pl.Float64,
        "age_days": pl.Float64,
        "mean_order_amount": pl.Float64,
    }
)


def order_days(orders: pl.DataFrame) -> pl.DataFrame:
    """Return one row per person and day: several orders of one day are one decision to buy."""
    return (
        orders.select(
            pl.col("person_key").cast(pl.String),
            pl.col("ordered_on").cast(pl.Date),
            pl.col("net_amount").cast(pl.Float64).fill_null(0.0),
        )
        .drop_nulls(["person_key", "ordered_on"])
        .group_by("person_key", "ordered_on")
        .agg(pl.col("net_amount").sum())
        .sort("person_key", "ordered_on")
    )


def summarise(days: pl.DataFrame, until: date) -> pl.DataFrame:
    """Return, of `order_days` up to and including `until`, what the models read.

    `frequency` counts the order days after the first, `recency_days` runs from the first to the last, `age_days` from the
    first to `until`, and `mean_order_amount` is the mean of all order days. All of them, not the repeated ones only: what
    a single order was worth says something about its buyer.
    """
    first = pl.col("ordered_on").min()
    return (
        days.filter(pl.col("ordered_on") <= until)
        .group_by("person_key")
        .agg(
            (pl.len().cast(pl.Int64) - 1).alias("frequency"),
            (pl.col("ordered_on").max() - first).dt.total_days().cast(pl.Float64).alias("recency_days"),
            (pl.lit(until, dtype=pl.Date) - first).dt.total_days().cast(pl.Float64).alias("age_days"),
            pl.col("net_amount").mean().alias("mean_order_amount"),
        )
        .sort("person_key")
        .cast(SUMMARY_SCHEMA)
    )

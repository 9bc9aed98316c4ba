"""From the finite plan of families back to lots of products.

Comes in: what families make in which week, and the lots that their products need. Goes out: batches of whole pieces, one row per product,
week and way of making. Called by `forecasting.capacity.plan`.
"""

import numpy as np
import polars as pl

from forecasting.capacity.assumptions import Assumptions
from forecasting.capacity.families import Families
from forecasting.capacity.finite import FinitePlan

BATCHES = {
    "product_key": pl.String, "family": pl.String, "means": pl.String, "release_week": pl.Int64, "ready_week": pl.Int64,
    "due_week": pl.Int64, "quantity": pl.Float64,
}  # fmt: skip


def batches(families: Families, plan: FinitePlan, lots: pl.DataFrame, assumptions: Assumptions) -> pl.DataFrame:
    """Give what a family makes first to the lot of its products that is due first, piece by piece.

    Lots and makings of a family lie side by side as pieces along a line; each stretch between two ends is one batch.
    """
    needs = (
        lots.filter("is_made")
        .join(families.members.select("product_key", "family", "is_whole"), on="product_key")
        .sort("family", "due_week", "product_key")
        .with_columns(end=pl.col("quantity").cum_sum().over("family"))
    )
    made = _makings(families, plan, assumptions).join(
        needs.group_by("family").agg(pl.col("is_whole").all()), on="family"
    )
    # Whole pieces: what has been made up to a week is rounded, so that nothing is lost over the weeks.
    made = (
        made.sort("family", "ready_week", "means")
        .with_columns(end=pl.col("quantity").cum_sum().over("family"))
        .with_columns(end=pl.when("is_whole").then((pl.col("end") - 1e-6).ceil()).otherwise(pl.col("end")))
    )
    ends = pl.concat([needs.select("family", "end"), made.select("family", "end")]).unique().sort("end")
    stretches = (
        ends.join_asof(
            needs.select("family", "end", "product_key", "due_week").sort("end"), on="end", by="family", strategy="forward",
            check_sortedness=False,
        )
        .join_asof(
            made.select("family", "end", "means", "release_week", "ready_week").sort("end"), on="end", by="family",
            strategy="forward", check_sortedness=False,
        )
        .sort("family", "end")
        .with_columns(quantity=pl.col("end") - pl.col("end").shift(1).over("family").fill_null(0.0))
    )  # fmt: skip
    return (
        stretches.filter(
            pl.col("product_key").is_not_null() & pl.col("means").is_not_null() & (pl.col("quantity") > 1e-6)
        )
        .group_by("product_key", "family", "means", "release_week", "ready_week")
        .agg(pl.col("due_week").min(), pl.col("quantity").sum())
        .select(*BATCHES)
        .sort("release_week", "product_key", "means")
    )


def _makings(families: Families, plan: FinitePlan, assumptions: Assumptions) -> pl.DataFrame:
    parts = []
    for means, pieces, further in (
        ("own", plan.own, 0),
        ("subcontract", plan.sub, -(-assumptions.subcontract_days // 7)),
    ):
        row, week = np.nonzero(pieces > 1e-6)
        parts.append(
            pl.DataFrame(
                {
                    "family": [families.keys[number] for number in row],
                    "means": [means] * len(row),
                    "release_week": week,
                    "ready_week": week + families.lead[row].astype(int) + further,
                    "quantity": pieces[row, week],
                },
                schema={
                    "family": pl.String,
                    "means": pl.String,
                    "release_week": pl.Int64,
                    "ready_week": pl.Int64,
                    "quantity": pl.Float64,
                },
            )
        )
    return pl.concat(parts)

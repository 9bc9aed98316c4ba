"""Orders are brought forward where a supplier would have to deliver more in a week than it can.

Comes in: lots to buy, and what each supplier delivered in its busiest week. Goes out: the same lots, some of them due and released earlier.
Called by `forecasting.capacity.plan`. Lots stay whole, so that minimum quantities hold; what cannot come earlier stays where it is, and
`supplier_load` then says that the week is too much.
"""

import numpy as np
import polars as pl

from forecasting.capacity.demand import Floats, matrix


def within_supplier_capacity(lots: pl.DataFrame, peaks: pl.DataFrame, share: float, weeks: int) -> pl.DataFrame:
    """Return the lots (with supplier_id, lead_weeks, due_week, release_week) brought forward; a share of 0 is no limit."""
    limited = lots.join(peaks.select("supplier_id", peak=pl.col("quantity") * share), on="supplier_id", how="left")
    bound = limited.filter(pl.col("peak") > 0).sort("supplier_id", "due_week", "product_key")
    if bound.is_empty():
        return lots
    suppliers = bound["supplier_id"].unique(maintain_order=True).to_list()
    due = bound.select("quantity", product_key="supplier_id", week="due_week")
    peak = bound.group_by("supplier_id", maintain_order=True).agg(pl.col("peak").first())["peak"].to_numpy()
    first_week = (
        bound.group_by("supplier_id", maintain_order=True).agg(pl.col("lead_weeks").min())["lead_weeks"].to_numpy()
    )
    ends, too_many = _latest_deliveries(matrix(due, suppliers, weeks, "quantity"), peak, first_week)
    # Lots and deliveries of a supplier lie side by side along a line; a lot comes with the delivery in which it begins.
    place = (
        bound["supplier_id"]
        .replace_strict({key: row for row, key in enumerate(suppliers)}, return_dtype=pl.Int64)
        .to_numpy()
    )
    begin = bound.select((pl.col("quantity").cum_sum().over("supplier_id") - pl.col("quantity")).alias("begin"))[
        "begin"
    ].to_numpy()
    week = (ends[place] <= begin[:, None] + 1e-9).sum(axis=1)
    # Pieces that even the first week cannot hold stay when they are due.
    waits = begin < too_many[place] - 1e-9
    usual = bound["due_week"].to_numpy()
    lead = bound["lead_weeks"].to_numpy()
    moved = np.where(waits, usual, np.minimum(np.maximum(week, lead), usual))
    brought = bound.with_columns(due_week=pl.Series(moved, dtype=pl.Int64)).with_columns(
        release_week=pl.col("due_week") - pl.col("lead_weeks")
    )
    others = limited.filter(~(pl.col("peak") > 0).fill_null(False))
    together = pl.concat([brought, others]).drop("peak")
    # Two lots of a product that come together are one order.
    return together.group_by(pl.exclude("quantity", "priority"), maintain_order=True).agg(
        pl.col("quantity").sum(), pl.col("priority").max()
    )


def _latest_deliveries(due: Floats, peak: Floats, first_week: Floats) -> tuple[Floats, Floats]:
    """Return how much has come by the end of each week, if all comes as late as the weekly limit allows and none of it too late.

    What would have to come before the first possible week is counted as come before it, and returned besides.
    """
    weeks = due.shape[1]
    come = np.zeros_like(due)
    owed = np.zeros(len(due))
    for week in reversed(range(weeks)):
        owed = owed + due[:, week]
        come[:, week] = np.where(week >= first_week, np.minimum(owed, peak), 0.0)
        owed = owed - come[:, week]
    return np.asarray(owed[:, None] + np.cumsum(come, axis=1)), owed

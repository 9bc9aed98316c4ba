"""What the own factory did on each production order: four operations, planned and real.

Comes in: production orders. Goes out: frame `operations`. Called by the world.
"""

import numpy as np
import polars as pl

from simulation.company import WORK_CENTRES
from simulation.world.clock import Plan

# Days after release on which each operation is planned to begin and end.
PLANNED = ((2, 3), (4, 8), (9, 10), (11, 12))


def operations(plan: Plan, orders: pl.DataFrame) -> pl.DataFrame:
    """One row per operation; hours are hundredths of an hour."""
    draws = plan.draws("factory")
    frames = []
    for place, (code, _, share, _) in enumerate(WORK_CENTRES):
        first, last = PLANNED[place]
        begins = (
            pl.col("sewing_starts_on") - pl.duration(days=1), pl.col("sewing_starts_on"), pl.col("sewing_ends_on"), pl.col("ready_on"),
        )[place]  # fmt: skip
        ends = (
            pl.col("sewing_starts_on"),
            pl.col("sewing_ends_on"),
            pl.col("sewing_ends_on") + pl.duration(days=1),
            pl.col("ready_on"),
        )[place]
        planned = (orders["minutes"].to_numpy() * share * 100 / 60).astype(np.int64)
        actual = np.maximum(1, planned * draws.lognormal(0.03, 0.09, orders.height)).astype(np.int64)
        frames.append(
            orders.select(
                "pr",
                pl.lit((place + 1) * 10).alias("sequence"),
                pl.lit(code).alias("work_centre"),
                (pl.col("released_on").cast(pl.Datetime("ms")) + pl.duration(days=first, hours=7)).alias(
                    "planned_start_at"
                ),
                (pl.col("released_on").cast(pl.Datetime("ms")) + pl.duration(days=last, hours=16)).alias(
                    "planned_end_at"
                ),
                (begins.cast(pl.Datetime("ms")) + pl.duration(hours=7 if place != 3 else 8)).alias("started_at"),
                (ends.cast(pl.Datetime("ms")) + pl.duration(hours=16)).alias("ended_at"),
                pl.Series(planned).alias("planned_hours"),
                pl.Series(actual).alias("actual_hours"),
                pl.col("quantity").alias("ordered"),
                (pl.col("scrapped") if place == 1 else pl.lit(0, pl.Int64)).alias("scrapped"),
                (pl.col("quantity") - (pl.col("scrapped") if place >= 1 else 0)).alias("good"),
            )
        )
    return pl.concat(frames).sort("pr", "sequence")

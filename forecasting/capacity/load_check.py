"""Whether orders and routings explain the hours that were really worked.

Comes in: a connection to the live lake. Goes out: `LoadCheck`, one row per work centre and week. Called by `forecasting.capacity.run`,
which writes it as `marts.mart_capacity_load_check`. It uses the same functions as the load of open orders.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import polars as pl

from forecasting.capacity import queries
from forecasting.capacity.load import operation_hours

FINISHED = f"""
    SELECT production_order_key, product_key, ordered_quantity :: DOUBLE AS quantity, started_on, ended_on
    FROM lake.marts.fct_production_order WHERE ended_on IS NOT NULL AND started_on IS NOT NULL AND product_key <> {queries.UNKNOWN}
"""
WORKED = f"""
    SELECT
        production_order_key, operation_sequence :: BIGINT AS operation_sequence, work_centre_key, actual_hours :: DOUBLE AS actual_hours,
        actual_start_on, greatest(actual_end_on, actual_start_on) AS actual_end_on
    FROM lake.marts.fct_production_operation
    WHERE is_completed AND actual_hours IS NOT NULL AND actual_start_on IS NOT NULL AND work_centre_key <> {queries.UNKNOWN}
"""
CHECK = {
    "work_centre_key": pl.String, "week_start_on": pl.Date, "actual_hours": pl.Float64, "planned_hours": pl.Float64,
    "scheduled_hours": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True)
class LoadCheck:
    """`weekly` holds the hours; the errors are the sum of absolute weekly differences over all centres, divided by all hours.

    `planned` is orders × routing on the days on which the steps were worked, `scheduled` the same hours as the start of the order
    alone would have foretold them. The latter is judged on orders that began after those from which the days were learned.
    """

    weekly: pl.DataFrame
    actual_hours: float
    planned_hours: float
    planned_error: float | None
    scheduled_error: float | None


def check_load(con: duckdb.DuckDBPyConnection) -> LoadCheck:
    """Compare, for all finished orders."""
    orders, worked = con.execute(FINISHED).pl(), con.execute(WORKED).pl()
    if orders.is_empty() or worked.is_empty():
        return LoadCheck(pl.DataFrame(schema=CHECK), 0.0, 0.0, None, None)
    middle: date = orders["started_on"].sort()[orders.height // 2]
    profile = con.execute(queries.PROFILE, {"learned_until": middle}).pl()
    # Today's routing serves for all orders, as it does for those to come.
    routing = con.execute(queries.ROUTING, {"first_week": orders["ended_on"].max()}).pl()
    numbers = (pl.col(name).cast(pl.Float64) for name in ("setup_minutes", "standard_minutes", "yield_rate"))
    steps = routing.with_columns(*numbers, pl.col("operation_sequence").cast(pl.Int64))
    return compare(orders, worked, steps, profile, middle)


def compare(
    orders: pl.DataFrame, worked: pl.DataFrame, routing: pl.DataFrame, profile: pl.DataFrame, learned_until: date
) -> LoadCheck:
    """Compare hours of orders × routing with those worked; orders and steps that were not recorded fall on the days of the order."""
    hours = (
        operation_hours(orders, routing)
        .with_columns(hours=pl.col("setup_hours") + pl.col("run_hours"))
        .join(
            worked.drop("work_centre_key", "actual_hours"),
            on=["production_order_key", "operation_sequence"],
            how="left",
        )
        .with_columns(begin=pl.coalesce("actual_start_on", "started_on"), end=pl.coalesce("actual_end_on", "ended_on"))
    )
    actual = spread_evenly(worked.rename({"actual_start_on": "begin", "actual_end_on": "end", "actual_hours": "hours"}))
    planned = spread_evenly(hours)
    scheduled = _foretold(hours, profile)
    key = ["work_centre_key", "week_start_on"]
    weekly = (
        actual.rename({"hours": "actual_hours"})
        .join(planned.rename({"hours": "planned_hours"}), on=key, how="full", coalesce=True)
        .join(scheduled.rename({"hours": "scheduled_hours"}), on=key, how="full", coalesce=True)
        .with_columns(pl.col("actual_hours", "planned_hours", "scheduled_hours").fill_null(0.0))
        .select(*CHECK)
        .sort(key)
    )
    # Orders that began before are still worked on for a while, and are known by their own days.
    judged = weekly.filter(pl.col("week_start_on") > pl.lit(learned_until + timedelta(weeks=5)))
    return LoadCheck(
        weekly, float(weekly["actual_hours"].sum()), float(weekly["planned_hours"].sum()),
        _error(weekly, "planned_hours"), _error(judged, "scheduled_hours"),
    )  # fmt: skip


def spread_evenly(hours: pl.DataFrame) -> pl.DataFrame:
    """Return work_centre_key, week_start_on, hours: those of each row in equal parts on the days from `begin` to `end`."""
    return (
        hours.select("work_centre_key", "hours", day=pl.date_ranges("begin", "end"))
        .with_columns(pl.col("hours") / pl.col("day").list.len())
        .explode("day", empty_as_null=False, keep_nulls=False)
        .group_by("work_centre_key", week_start_on=pl.col("day").dt.truncate("1w"))
        .agg(pl.col("hours").sum())
    )


def _foretold(hours: pl.DataFrame, profile: pl.DataFrame) -> pl.DataFrame:
    """Hours by the start of the order and the days that such steps usually take."""
    starts = hours.group_by("work_centre_key", "started_on").agg(pl.col("hours").sum())
    return (
        starts.join(profile, on="work_centre_key", how="left")
        .with_columns(pl.col("day").fill_null(0), pl.col("share").fill_null(1.0))
        .with_columns(week_start_on=(pl.col("started_on") + pl.duration(days=pl.col("day"))).dt.truncate("1w"))
        .group_by("work_centre_key", "week_start_on")
        .agg(hours=(pl.col("hours") * pl.col("share")).sum())
    )


def _error(weekly: pl.DataFrame, column: str) -> float | None:
    worked = float(weekly["actual_hours"].sum())
    return float((weekly[column] - weekly["actual_hours"]).abs().sum()) / worked if worked > 0 else None

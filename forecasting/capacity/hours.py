"""Hours that work centres can work, week by week.

Comes in: centres, shifts, exceptions and holidays. Goes out: work centre × week with regular hours. Called by
`forecasting.capacity.plan`. Centres without shifts spread their hours per week over five days.
"""

from datetime import timedelta

import polars as pl

from forecasting.capacity.assumptions import Assumptions
from forecasting.capacity.inputs import PlanInputs
from warehouse.errors import WeftError

WORKING_DAYS = 5


def available_hours(inputs: PlanInputs, assumptions: Assumptions) -> pl.DataFrame:
    """Return work_centre_key, week, regular_hours, overtime_hours; days that are over do not count any more."""
    weeks = assumptions.horizon_weeks
    days = pl.DataFrame(
        {"day": pl.date_range(inputs.first_week, inputs.first_week + timedelta(weeks=weeks, days=-1), eager=True)}
    ).with_columns(week=inputs.week_number("day"), weekday=pl.col("day").dt.weekday().cast(pl.Int64))
    daily = days.join(inputs.centres.select("work_centre_key", "hours_per_week"), how="cross")
    shifts = (
        daily.select("work_centre_key", "day", "weekday")
        .join(inputs.shifts, left_on=["work_centre_key", "weekday"], right_on=["work_centre_key", "day_of_week"])
        .filter(
            (pl.col("valid_from").is_null() | (pl.col("valid_from") <= pl.col("day")))
            & (pl.col("valid_to").is_null() | (pl.col("valid_to") > pl.col("day")))
        )
        .group_by("work_centre_key", "day")
        .agg(shift_hours=pl.col("hours").sum())
    )
    has_shifts = inputs.shifts.select("work_centre_key").unique().with_columns(has_shifts=pl.lit(True))
    own = inputs.exceptions.filter(pl.col("work_centre_key").is_not_null()).unique(
        ["work_centre_key", "day"], keep="first"
    )
    common = inputs.exceptions.filter(pl.col("work_centre_key").is_null()).unique("day", keep="first")
    by_week = (
        pl.when(pl.col("weekday") <= WORKING_DAYS)
        .then(pl.col("hours_per_week").fill_null(0.0) / WORKING_DAYS)
        .otherwise(0.0)
    )
    usual = pl.when(pl.col("has_shifts")).then(pl.col("shift_hours").fill_null(0.0)).otherwise(by_week)
    hours = (
        daily.join(has_shifts, on="work_centre_key", how="left")
        .join(shifts, on=["work_centre_key", "day"], how="left")
        .join(own.rename({"hours": "own_hours"}), on=["work_centre_key", "day"], how="left")
        .join(common.select("day", common_hours="hours"), on="day", how="left")
        .with_columns(
            has_shifts=pl.col("has_shifts").fill_null(False), is_holiday=pl.col("day").is_in(list(inputs.holidays))
        )
        .with_columns(
            hours=pl.when(pl.col("day") <= inputs.known_until)
            .then(0.0)
            .otherwise(pl.coalesce("own_hours", "common_hours", pl.when("is_holiday").then(0.0).otherwise(usual)))
        )
        .group_by("work_centre_key", "week")
        .agg(regular_hours=pl.col("hours").sum())
    )
    return (
        _with_changed_hours(hours, inputs, assumptions)
        .with_columns(overtime_hours=pl.col("regular_hours") * assumptions.overtime_share)
        .sort("work_centre_key", "week")
    )


def _with_changed_hours(hours: pl.DataFrame, inputs: PlanInputs, assumptions: Assumptions) -> pl.DataFrame:
    if assumptions.work_centre_id is None or assumptions.work_centre_hours is None:
        return hours
    chosen = inputs.centres.filter(pl.col("work_centre_id") == assumptions.work_centre_id)["work_centre_key"]
    if chosen.is_empty():
        known = ", ".join(inputs.centres["work_centre_id"].sort())
        raise WeftError(f"There is no work centre {assumptions.work_centre_id}. There are: {known}.")
    changed = (
        pl.when(pl.col("work_centre_key") == chosen[0])
        .then(assumptions.work_centre_hours)
        .otherwise(pl.col("regular_hours"))
    )
    return hours.with_columns(regular_hours=changed)

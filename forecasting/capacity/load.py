"""Rough-cut load: hours that lots and open orders ask of work centres, week by week.

Comes in: lots, routings, profiles. Goes out: hours per lot and operation, and per centre and week. Called by
`forecasting.capacity.plan` and by the check against past load.
"""

import polars as pl

from forecasting.capacity.assumptions import Assumptions
from forecasting.capacity.inputs import PlanInputs
from forecasting.capacity.learning import learning_factor


def operation_hours(work: pl.DataFrame, routing: pl.DataFrame) -> pl.DataFrame:
    """Join work with its steps: setup_hours once a lot, run_hours = quantity · minutes ÷ yield ÷ 60.

    Work is rows of product_key and quantity, of a whole product or (with operation_sequence and work_centre_key) of one step.
    """
    one_step = "operation_sequence" in work.columns
    steps = routing.drop("work_centre_key") if one_step else routing
    keys = ["product_key", "operation_sequence"] if one_step else ["product_key"]
    return work.join(steps, on=keys).with_columns(
        setup_hours=pl.col("setup_minutes") / 60,
        run_hours=pl.col("quantity") * pl.col("standard_minutes") / pl.col("yield_rate") / 60,
    )


def lot_hours(lots: pl.DataFrame, inputs: PlanInputs, assumptions: Assumptions) -> pl.DataFrame:
    """Return one row per lot and step, with setup_hours and run_hours; styles with few pieces so far take longer."""
    styled = lots.filter("is_made").join(
        inputs.products.select("product_key", "style_id"), on="product_key", how="left"
    )
    ordered = styled.sort("release_week", "due_week", "product_key", maintain_order=True)
    before = (
        ordered.join(inputs.made_so_far.rename({"quantity": "made"}), on="style_id", how="left")
        .with_columns(before=pl.col("made").fill_null(0.0) + pl.col("quantity").cum_sum().over("style_id") - pl.col("quantity"))
        .with_columns(
            pl.struct("before", "quantity")
            .map_batches(
                lambda both: pl.Series(
                    learning_factor(
                        both.struct.field("before").to_numpy(), both.struct.field("quantity").to_numpy(),
                        assumptions.learning_rate, assumptions.learning_units,
                    )
                ),
                return_dtype=pl.Float64,
            )
            .alias("learning")
        )
        # Products without a style, such as frames and wheels, are no new styles.
        .with_columns(learning=pl.when(pl.col("style_id").is_null()).then(1.0).otherwise(pl.col("learning")))
    )  # fmt: skip
    return operation_hours(before.drop("made", "before"), inputs.routing).with_columns(
        run_hours=pl.col("run_hours") * pl.col("learning")
    )


def week_shares(profile: pl.DataFrame, centres: list[str], lead_weeks: int) -> pl.DataFrame:
    """Return work_centre_key, after, share: how the hours of a lot fall on the weeks from its release to its end."""
    last = max(lead_weeks, 1) - 1
    weekly = (
        profile.with_columns(after=pl.col("day").floordiv(7))
        .filter(pl.col("after") <= last)
        .group_by("work_centre_key", "after")
        .agg(pl.col("share").sum())
        .with_columns(share=pl.col("share") / pl.col("share").sum().over("work_centre_key"))
    )
    missing = sorted(set(centres) - set(weekly["work_centre_key"]))
    first = pl.DataFrame(
        {"work_centre_key": missing, "after": [0] * len(missing), "share": [1.0] * len(missing)}, schema=weekly.schema
    )
    return pl.concat([weekly, first]).sort("work_centre_key", "after")


def weekly_load(hours: pl.DataFrame, profile: pl.DataFrame, lead_of: pl.DataFrame, weeks: int) -> pl.DataFrame:
    """Return work_centre_key, week, hours of lots, spread over the weeks in which they are made."""
    centres = hours["work_centre_key"].unique().to_list()
    with_lead = hours.join(lead_of.select("product_key", "lead_weeks"), on="product_key", how="left")
    parts = [
        part.join(week_shares(profile, centres, int(lead[0] or 0)), on="work_centre_key")
        for lead, part in with_lead.group_by("lead_weeks")
    ]
    empty = pl.DataFrame(schema={"work_centre_key": pl.String, "week": pl.Int64, "hours": pl.Float64})
    if not parts:
        return empty
    return (
        pl.concat(parts)
        .with_columns(week=(pl.col("release_week") + pl.col("after")).clip(0, weeks - 1))
        .group_by("work_centre_key", "week")
        .agg(hours=((pl.col("setup_hours") + pl.col("run_hours")) * pl.col("share")).sum())
        .sort("work_centre_key", "week")
    )


def open_load(inputs: PlanInputs, weeks: int) -> pl.DataFrame:
    """Return the hours that are still to be worked on production orders that have been given out.

    Each operation falls on days after the order's start as such operations did; days that are over have been worked, and what
    should be done by now is done in the first week.
    """
    work = operation_hours(inputs.open_work, inputs.routing).with_columns(
        hours=pl.col("setup_hours") + pl.col("run_hours"), operation=pl.int_range(pl.len())
    )
    days = (
        work.join(inputs.profile, on="work_centre_key", how="left")
        .with_columns(
            week=(pl.col("start_on") + pl.duration(days=pl.col("day").fill_null(0)) - pl.lit(inputs.first_week))
            .dt.total_days()
            .floordiv(7),
            share=pl.col("share").fill_null(1.0),
        )
        .with_columns(is_ahead=pl.col("week") >= 0)
        .with_columns(ahead=pl.col("share").filter(pl.col("is_ahead")).sum().over("operation"))
    )
    # Nothing ahead: the order is overdue, and its hours come at once.
    at_once = (
        days.filter(pl.col("ahead") <= 0)
        .unique("operation")
        .with_columns(week=pl.lit(0, pl.Int64), share=1.0, ahead=1.0)
    )
    return (
        pl.concat([days.filter((pl.col("ahead") > 0) & pl.col("is_ahead")), at_once], how="vertical_relaxed")
        .filter(pl.col("week") < weeks)
        .group_by("work_centre_key", "week")
        .agg(hours=(pl.col("hours") * pl.col("share") / pl.col("ahead")).sum())
        .sort("work_centre_key", "week")
    )

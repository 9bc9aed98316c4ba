"""Tickets: mostly caused by parcels that are late; also by refunds that take long, by quality, and questions.

Comes in: sales and people. Goes out: frame `tickets` with a time for each step. Called by the world.
"""

import numpy as np
import polars as pl

from simulation.world.clock import Floats, Plan
from simulation.world.sales import Sales

CHANNELS = ("web", "email", "chat", "mobile", "voice")
GROUPS = {
    "DE": "Service DACH",
    "AT": "Service DACH",
    "AE": "Service Gulf",
    "SA": "Service Gulf",
    "US": "Service Americas",
}


def _late(sales: Sales, draws: np.random.Generator) -> pl.DataFrame:
    """A parcel is not there the day after it was promised: every fourth customer asks where it is."""
    wait = pl.duration(hours=33, seconds=(pl.col("luck") * 36_000).cast(pl.Int64))
    return (
        sales.parcels.with_columns(luck=pl.Series(draws.random(sales.parcels.height)))
        .with_columns(
            opened_at=pl.col("promised_on").cast(pl.Datetime("ms")) + wait,
            arrived_at=pl.coalesce("delivered_at", "refused_at"),
        )
        .filter(
            (pl.col("luck") < 0.26) & (pl.col("arrived_at").is_null() | (pl.col("arrived_at") > pl.col("opened_at")))
        )
        .unique("order_number", keep="first", maintain_order=True)
        .select("order_number", "opened_at", cause=pl.lit("late_parcel"))
    )


def _others(sales: Sales, draws: np.random.Generator) -> pl.DataFrame:
    returns = sales.refunds.filter(pl.col("kind") == "return")
    returns = returns.with_columns(luck=pl.Series(draws.random(returns.height)))
    soon = pl.duration(seconds=(pl.col("luck") * 200_000).cast(pl.Int64))
    refund = returns.filter(pl.col("luck") < 0.05).select(
        "order_number", opened_at=pl.col("return_received_at") + soon, cause=pl.lit("refund")
    )
    quality = returns.filter((pl.col("return_reason") == "quality") & (pl.col("luck") > 0.6)).select(
        "order_number", opened_at=pl.col("return_asked_at") - soon / 4, cause=pl.lit("quality")
    )
    asked = sales.orders.select("order_number", "ordered_at").with_columns(
        luck=pl.Series(draws.random(sales.orders.height))
    )
    question = asked.filter(pl.col("luck") < 0.012).select(
        "order_number", opened_at=pl.col("ordered_at") + pl.duration(seconds=(pl.col("luck") * 9_000_000).cast(pl.Int64)),
        cause=pl.lit("product_question"),
    )  # fmt: skip
    return pl.concat([refund, quality, question])


def _again(plan: Plan, asked: pl.DataFrame) -> pl.DataFrame:
    """Some who wait for a parcel write a second time within a day; an agent merges that ticket into the first."""
    late = asked.filter(pl.col("cause") == "late_parcel")
    draws = plan.draws("merged tickets")
    some = late.filter(pl.Series(draws.random(late.height) < 0.1))
    wait = pl.Series(draws.integers(120, 1_200, some.height))
    return (
        some.with_columns(wait=wait)
        .with_columns(pl.col("opened_at") + pl.duration(minutes="wait"), is_again=pl.lit(True))
        .drop("wait")
    )


def _hours(hours: Floats) -> pl.Series:
    return pl.Series((hours * 3_600_000).astype(np.int64) // 1000 * 1000).cast(pl.Duration("ms"))


def make(plan: Plan, sales: Sales) -> pl.DataFrame:
    """One row per ticket, numbered in order of time."""
    draws = plan.draws("service")
    asked = pl.concat([_late(sales, draws), _others(sales, draws)]).with_columns(is_again=pl.lit(False))
    asked = pl.concat([asked, _again(plan, asked)]).sort("opened_at", "order_number", "cause")
    size = asked.height
    # The desk answers more slowly while more people write.
    load = asked["opened_at"].cast(pl.Date).to_frame("day").with_columns(load=pl.len().over("day"))["load"].to_numpy()
    usual = max(1.0, float(np.mean(load))) if size else 1.0
    answer_hours = draws.lognormal(1.3, 0.8, size) * np.sqrt(load / usual)
    solve_hours = answer_hours + draws.lognormal(2.8, 0.9, size)
    satisfaction = np.where(
        draws.random(size) < 0.4, np.where(solve_hours + draws.normal(0, 20, size) < 48, "good", "bad"), "unoffered"
    )
    order = sales.orders.select("order_number", "person", "market", "is_guest")
    tickets = (
        asked.with_columns(
            ticket_id=pl.int_range(pl.len()) + 1_001,
            channel=pl.Series(np.array(CHANNELS)[draws.integers(0, len(CHANNELS), size)]),
            priority=pl.Series(np.array(["low", "normal", "normal", "high", "urgent"])[draws.integers(0, 5, size)]),
            assignee=pl.Series(draws.integers(1, 9, size)),
            answered_at=pl.col("opened_at") + _hours(answer_hours),
            waits_at=pl.col("opened_at") + _hours(answer_hours * 0.6 + solve_hours * 0.4),
            solved_at=pl.col("opened_at") + _hours(solve_hours),
            satisfaction=pl.Series(satisfaction),
        )
        .join(order, on="order_number", how="left", maintain_order="left")
        .with_columns(
            closed_at=pl.col("solved_at") + pl.duration(hours=96),
            group_name=pl.col("market").replace_strict(GROUPS, default="Service Europe"),
        )
    )  # fmt: skip
    return _merged(tickets)


def _merged(tickets: pl.DataFrame) -> pl.DataFrame:
    """Second tickets are closed two hours after they came, unanswered, and name the first of their order and cause."""
    first = tickets.filter(~pl.col("is_again")).select(
        "order_number", "cause", pl.col("ticket_id").alias("merged_into")
    )
    steps = ("answered_at", "waits_at", "solved_at")
    return (
        tickets.join(first, on=["order_number", "cause"], how="left", maintain_order="left")
        .with_columns(
            pl.when("is_again").then("merged_into").alias("merged_into"),
            pl.when("is_again").then(pl.col("opened_at") + pl.duration(hours=2)).alias("merged_at"),
            pl.when("is_again").then(pl.lit("unoffered")).otherwise("satisfaction").alias("satisfaction"),
            *(pl.when(~pl.col("is_again")).then(step).alias(step) for step in steps),
        )
        .with_columns(pl.coalesce("merged_at", "closed_at").alias("closed_at"))
        .drop("is_again")
    )

"""Exports of the service desk, in the layout of Fivetran's Zendesk connector.

Comes in: tickets and their writers as of a day. Goes out: tickets, comments, field history, tags, users, groups, policies.
Called by `simulate`.
"""

from collections.abc import Iterator
from datetime import datetime

import polars as pl

from simulation.company import FIRST_DAY
from simulation.exports.tables import CHANGED, Dirt, Table
from simulation.exports.view import View, flag
from simulation.world.world import World

SYSTEM = "zendesk"
OPENED = datetime.combine(FIRST_DAY, datetime.min.time())
GROUPS = {"Service Europe": 501, "Service DACH": 502, "Service Gulf": 503, "Service Americas": 504}
AGENTS = 8
FIRST_AGENT = 380_000_000_000
POLICY = 9_001
REPLY_MINUTES = {"low": 2_880, "normal": 1_440, "high": 480, "urgent": 120}
CHANNELS = {"web": "web", "email": "email", "chat": "chat", "mobile": "mobile_sdk", "voice": "voice"}
# What an agent chooses as the reason.
REASONS = {"late_parcel": "late_delivery"}
LOCALES = {"de": "de", "fr": "fr", "it": "it", "es": "es", "nl": "nl", "en": "en-GB", "ar": "ar"}


def tables(world: World, view: View) -> Iterator[Table]:
    """All tables."""
    yield from _people(world, view)
    tickets = view.known(world.tickets, "opened_at").with_columns(
        requester_id=pl.col("person") + 390_000_000_000,
        assignee_id=pl.col("assignee") + FIRST_AGENT,
        rated_at=pl.when(pl.col("satisfaction") != "unoffered").then(pl.col("solved_at") + pl.duration(hours=6)),
    )
    merged = view.known(world.tickets, "merged_at").select(
        pl.col("merged_into").alias("ticket_id"),
        pl.format("[{}]", "ticket_id").alias("merged"),
        pl.col("merged_at").alias("merges_at"),
    )
    tickets = tickets.join(merged, on="ticket_id", how="left", maintain_order="left")
    changed = view.last("opened_at", "answered_at", "waits_at", "solved_at", "closed_at", "rated_at", "merges_at")
    status = (
        pl.when(view.has("closed_at")).then(pl.lit("closed")).when(view.has("solved_at")).then(pl.lit("solved"))
        .when(view.has("waits_at")).then(pl.lit("open")).when(view.has("answered_at")).then(pl.lit("pending")).otherwise(pl.lit("new"))
    )  # fmt: skip
    yield Table(
        SYSTEM,
        "ticket",
        tickets.select(
            pl.col("ticket_id").alias("id"),
            pl.lit("FALSE").alias("allow_channelback"),
            pl.when(view.has("answered_at")).then("assignee_id").alias("assignee_id"),
            pl.col("opened_at").alias("created_at"),
            pl.col("group_name").replace_strict(GROUPS, return_dtype=pl.Int64).alias("group_id"),
            pl.lit("FALSE").alias("has_incidents"),
            pl.lit("TRUE").alias("is_public"),
            "priority",
            "requester_id",
            status.alias("status"),
            pl.format("Question about order {}", "order_number").alias("subject"),
            pl.col("requester_id").alias("submitter_id"),
            pl.when(pl.col("cause") == "product_question")
            .then(pl.lit("question"))
            .otherwise(pl.lit("problem"))
            .alias("type"),
            changed.alias("updated_at"),
            pl.format("https://service.example.com/tickets/{}", "ticket_id").alias("url"),
            pl.col("channel").replace_strict(CHANNELS).alias("via_channel"),
            pl.col("merged").fill_null("[]").alias("merged_ticket_ids"),
            pl.lit("[]").alias("followup_ids"),
            # Not everybody says which order it is about.
            pl.when(pl.col("ticket_id") % 7 > 0).then("order_number").alias("custom_order_number"),
            pl.col("cause").replace(REASONS).alias("custom_contact_reason"),
            changed.alias(CHANGED),
        ),
        Dirt(key="id", date="created_at", repeats=True),
    )
    yield _comments(tickets, view)
    yield _history(tickets, view)
    yield Table(
        SYSTEM,
        "ticket_tag",
        tickets.select(pl.col("cause").replace(REASONS).alias("tag"), "ticket_id").sort("ticket_id"),
    )
    yield Table(
        SYSTEM,
        "ticket_sla_policy",
        tickets.select(
            "ticket_id",
            pl.lit(POLICY).alias("sla_policy_id"),
            pl.col("opened_at").alias("policy_applied_at"),
            pl.col("opened_at").alias(CHANGED),
        ),
    )


def _people(world: World, view: View) -> Iterator[Table]:
    agents = pl.DataFrame(
        {
            "id": [FIRST_AGENT + number for number in range(1, AGENTS + 1)],
            "name": [f"Agent {number}" for number in range(1, AGENTS + 1)],
            "email": [f"agent{number}@service.example.com" for number in range(1, AGENTS + 1)],
            "role": ["agent"] * AGENTS,
            "locale": ["en-GB"] * AGENTS,
            "created_at": [OPENED] * AGENTS,
        }
    ).with_columns(pl.col("created_at").cast(pl.Datetime("ms")))
    users = view.known(world.desk_users, "created_at").select(
        pl.col("user_id").alias("id"), "name", "email", "phone", pl.lit("end-user").alias("role"),
        pl.col("language").replace_strict(LOCALES).alias("locale"), "created_at",
    )  # fmt: skip
    everyone = pl.concat([agents, users], how="diagonal").with_columns(
        active=pl.lit("TRUE"),
        suspended=pl.lit("FALSE"),
        verified=pl.lit("TRUE"),
        updated_at=pl.col("created_at"),
        time_zone=pl.lit("UTC"),
    )
    yield Table(
        SYSTEM, "user", everyone.with_columns(pl.col("created_at").alias(CHANGED)), Dirt(key="id", names=("name",))
    )
    opened = pl.lit(OPENED)
    groups = pl.DataFrame({"id": list(GROUPS.values()), "name": list(GROUPS)}).with_columns(
        created_at=opened, updated_at=opened
    )
    yield Table(SYSTEM, "group", groups.with_columns(opened.alias(CHANGED)))
    policy = pl.DataFrame({"priority": list(REPLY_MINUTES), "target": list(REPLY_MINUTES.values())}).with_columns(
        sla_policy_id=pl.lit(POLICY), index=pl.int_range(pl.len()), sla_policy_updated_at=opened, business_hours=pl.lit("FALSE"),
        metric=pl.lit("first_reply_time"),
    )  # fmt: skip
    yield Table(SYSTEM, "sla_policy_metric_history", policy.with_columns(opened.alias(CHANGED)))


def _comments(tickets: pl.DataFrame, view: View) -> Table:
    steps = (
        ("opened_at", "requester_id"),
        ("answered_at", "assignee_id"),
        ("waits_at", "requester_id"),
        ("solved_at", "assignee_id"),
    )
    comments = pl.concat(
        tickets.select(
            (pl.col("ticket_id") * 10 + place).alias("id"), pl.lit("(text)").alias("body"), pl.col(time).alias("created"),
            pl.lit("FALSE").alias("facebook_comment"), flag(pl.lit(True)).alias("public"), "ticket_id", pl.lit("FALSE").alias("tweet"),
            pl.col(writer).alias("user_id"), pl.lit("FALSE").alias("voice_comment"), pl.col(time).alias(CHANGED),
        )
        for place, (time, writer) in enumerate(steps)
    )  # fmt: skip
    return Table(
        SYSTEM, "ticket_comment", view.known(comments, "created").sort("id"), Dirt(key="id", parent="ticket_id")
    )


def _history(tickets: pl.DataFrame, view: View) -> Table:
    steps: tuple[tuple[str, str, pl.Expr, str], ...] = (
        ("status", "opened_at", pl.lit("new"), "requester_id"),
        ("priority", "opened_at", pl.col("priority"), "requester_id"),
        ("assignee_id", "answered_at", pl.col("assignee_id").cast(pl.String), "assignee_id"),
        ("status", "answered_at", pl.lit("pending"), "assignee_id"),
        ("status", "waits_at", pl.lit("open"), "requester_id"),
        ("status", "solved_at", pl.lit("solved"), "assignee_id"),
        ("satisfaction_score", "rated_at", pl.col("satisfaction"), "requester_id"),
        ("status", "closed_at", pl.lit("closed"), "assignee_id"),
    )
    history = pl.concat(
        tickets.select(
            pl.lit(name).alias("field_name"), "ticket_id", pl.col(time).alias("updated"), pl.col(writer).alias("user_id"),
            value.alias("value"), pl.col(time).alias(CHANGED),
        )
        for name, time, value, writer in steps
    )  # fmt: skip
    return Table(
        SYSTEM, "ticket_field_history", view.known(history, "updated").sort("ticket_id", "updated", "field_name")
    )

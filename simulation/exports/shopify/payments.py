"""Transactions, refunds and what they are made of.

Comes in: the world as of a day. Goes out: tables. Called by `shopify.tables`.
"""

from collections.abc import Iterator

import polars as pl

from simulation.exports.shopify.ids import LOCATIONS, SYSTEM
from simulation.exports.tables import CHANGED, Dirt, Table
from simulation.exports.view import View, flag, money
from simulation.world.world import World

NOTES = {
    "changed_mind": "changed mind",
    "not_as_described": "not as described",
    "wrong_item": "wrong item",
    "unknown_stated": "other",
}


def _new_on(frame: pl.DataFrame, view: View) -> pl.DataFrame:
    """What a delivery holds of rows that do not change."""
    return frame.filter(pl.col("created_at") >= view.since) if view.is_increment else frame


def payments(world: World, view: View) -> Iterator[Table]:
    """Transactions, refunds, their lines, and shipping that was given back."""
    orders = world.orders.select("order_number", "order_id")
    paid = view.known(world.payments, "created_at").join(orders, on="order_number", how="left", maintain_order="left")
    changed = view.last("created_at", "settled_at")
    status = (
        pl.when("is_failure")
        .then(pl.lit("failure"))
        .when(view.has("settled_at"))
        .then(pl.lit("success"))
        .otherwise(pl.lit("pending"))
    )
    first = paid.filter(pl.col("kind").is_in(["sale", "authorization"]) & ~pl.col("is_failure") & ~pl.col("is_planted"))
    parents = first.select("order_number", pl.col("payment_id").alias("parent"))
    paid = paid.join(parents, on="order_number", how="left", maintain_order="left")
    yield Table(
        SYSTEM,
        "transaction",
        paid.select(
            pl.col("payment_id").alias("id"),
            "order_id",
            "refund_id",
            money("amount").alias("amount"),
            "created_at",
            view.seen("settled_at").alias("processed_at"),
            "gateway",
            pl.lit("web").alias("source_name"),
            "currency",
            pl.when(pl.col("kind").is_in(["capture", "refund"])).then("parent").alias("parent_id"),
            "kind",
            pl.when("is_failure").then(pl.lit("card_declined")).alias("error_code"),
            status.alias("status"),
            pl.lit("FALSE").alias("test"),
            changed.alias(CHANGED),
        ),
        Dirt(key="id", parent="order_id", number="amount"),
        planted=[
            {"system": SYSTEM, "entity": "transaction", "key": str(key), "kind": "double_payment", "column": "amount"}
            for key in _new_on(paid.filter("is_planted"), view)["payment_id"].to_list()
        ],
    )
    refunds = view.known(world.refunds, "created_at").join(orders, on="order_number", how="left", maintain_order="left")
    note = (
        pl.when(pl.col("kind") == "return")
        .then(pl.col("return_reason").replace(NOTES))
        .otherwise(pl.format("order {}", "kind"))
    )
    yield Table(
        SYSTEM,
        "refund",
        refunds.select(
            pl.col("refund_id").alias("id"), "created_at", pl.col("created_at").alias("processed_at"),
            note.alias("note"),
            flag(pl.col("kind") != "lost").alias("restock"), "order_id", pl.col("created_at").alias(CHANGED),
        ),
        Dirt(key="id", parent="order_id"),
    )  # fmt: skip
    refund_lines = view.known(world.refund_lines, "created_at").join(
        world.orders.select("order_number", "warehouse"), on="order_number", how="left", maintain_order="left"
    )
    restock = (
        pl.when(pl.col("kind") == "cancel").then(pl.lit("cancel"))
        .when((pl.col("kind") == "return") & pl.col("is_restocked")).then(pl.lit("return")).otherwise(pl.lit("no_restock"))
    )  # fmt: skip
    yield Table(
        SYSTEM,
        "order_line_refund",
        refund_lines.select(
            pl.col("refund_line_id").alias("id"),
            pl.col("warehouse").replace_strict(LOCATIONS, return_dtype=pl.Int64).alias("location_id"),
            "refund_id",
            restock.alias("restock_type"),
            "quantity",
            pl.col("line_id").alias("order_line_id"),
            money("subtotal").alias("subtotal"),
            money("tax").alias("total_tax"),
            pl.col("created_at").alias(CHANGED),
        ),
    )
    given_back = refunds.filter(pl.col("shipping") > 0).join(
        world.orders.select("order_number", "taxes_included"), on="order_number", how="left", maintain_order="left"
    )
    yield Table(
        SYSTEM,
        "order_adjustment",
        given_back.select(
            (pl.col("refund_id") + 50_000_000_000).alias("id"),
            "order_id",
            "refund_id",
            money(-(pl.col("shipping") - pl.when("taxes_included").then("shipping_tax").otherwise(0))).alias("amount"),
            money(-pl.col("shipping_tax")).alias("tax_amount"),
            pl.lit("shipping_refund").alias("kind"),
            pl.lit("Shipping refund").alias("reason"),
            pl.col("created_at").alias(CHANGED),
        ),
    )

"""What is given back and what is paid: refunds of cancelled, lost and returned goods, and every attempt to move money.

Comes in: orders, lines and parcels. Goes out: refunds with their lines, payments. Called by sales. All money is whole minor units.
"""

import numpy as np
import polars as pl

from simulation.company import MARKETS
from simulation.world.clock import Ints, Plan, pick

GATEWAYS = ("shopify_payments", "paypal", "klarna", "tabby", "cash_on_delivery")
GATEWAY_SHARES = {
    "DE": (34, 36, 30, 0, 0),
    "NL": (52, 20, 28, 0, 0),
    "AE": (62, 6, 0, 17, 15),
    "SA": (48, 4, 0, 20, 28),
}
USUAL_SHARES = (66, 26, 8, 0, 0)


def refunds(orders: pl.DataFrame, lines: pl.DataFrame, parcels: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Refunds of three kinds: an order was cancelled, a parcel was lost, goods came back. An order has one kind at most."""
    order = orders.select(
        "order_number", "currency", "taxes_included", "ordered_at", "cancelled_at", "return_asked_at", "return_received_at",
        "refunded_at", "lost_at", "has_return", "is_all_returned", "is_all_lost", "shipping", "shipping_tax",
    )  # fmt: skip
    lost = parcels.filter(pl.col("lost_at").is_not_null()).select("order_number", "parcel", is_lost=pl.lit(True))
    kind = (
        pl.when(pl.col("cancelled_at").is_not_null())
        .then(pl.lit("cancel"))
        .when(pl.col("is_lost").is_not_null())
        .then(pl.lit("lost"))
        .when(pl.col("returned") > 0)
        .then(pl.lit("return"))
    )
    paid = pl.col("gross") - pl.col("discount")
    share = pl.when(pl.col("kind") == "return").then(pl.col("returned")).otherwise(pl.col("quantity"))
    refunded = (
        lines.join(order, on="order_number", how="left")
        .join(lost, on=["order_number", "parcel"], how="left")
        .with_columns(kind=kind)
        .filter(pl.col("kind").is_not_null())
        .sort("order_number", "line_number")
        .with_columns(refund_quantity=share)
        .with_columns(
            subtotal=(2 * paid * pl.col("refund_quantity") + pl.col("quantity")) // (2 * pl.col("quantity")),
            refund_tax=(2 * pl.col("tax") * pl.col("refund_quantity") + pl.col("quantity")) // (2 * pl.col("quantity")),
        )
        .with_columns(
            goods=pl.col("subtotal") + pl.when("taxes_included").then(0).otherwise(pl.col("refund_tax")),
            refund_net=pl.col("subtotal") - pl.when("taxes_included").then(pl.col("refund_tax")).otherwise(0),
        )
    )
    refund_time = (
        pl.when(pl.col("kind") == "cancel")
        .then(pl.col("cancelled_at"))
        .when(pl.col("kind") == "lost")
        .then(pl.col("lost_at") + pl.duration(hours=30))
        .otherwise(pl.col("refunded_at"))
    )
    gives_shipping = (
        (pl.col("kind") == "cancel")
        | ((pl.col("kind") == "lost") & pl.col("is_all_lost"))
        | ((pl.col("kind") == "return") & pl.col("is_all_returned"))
    )
    found = (
        refunded.group_by("order_number")
        .agg(
            pl.col(
                "kind", "currency", "is_all_lost", "is_all_returned", "cancelled_at", "lost_at", "return_asked_at"
            ).first(),
            pl.col("return_received_at", "refunded_at", "shipping", "shipping_tax").first(),
            pl.col("goods", "refund_net", "subtotal").sum(),
            pl.col("refund_tax").sum().alias("goods_tax"),
            pl.col("return_reason").first(),
        )
        .sort("order_number")
        .with_columns(
            refund_id=pl.int_range(pl.len()) * 3 + 900_000_000_000,
            created_at=refund_time,
            shipping=pl.when(gives_shipping).then(pl.col("shipping")).otherwise(0),
            shipping_tax=pl.when(gives_shipping).then(pl.col("shipping_tax")).otherwise(0),
        )
        .with_columns(total=pl.col("goods") + pl.col("shipping"), tax=pl.col("goods_tax") + pl.col("shipping_tax"))
    )
    found = found.with_columns(
        return_asked_at=pl.when(pl.col("kind") == "return").then("return_asked_at"),
        return_received_at=pl.when(pl.col("kind") == "return").then("return_received_at"),
    ).drop("cancelled_at", "lost_at", "refunded_at", "is_all_lost", "is_all_returned")
    refund_lines = refunded.join(found.select("order_number", "refund_id", "created_at"), on="order_number").select(
        pl.int_range(pl.len()).alias("refund_line_id") * 5 + 700_000_000_000,
        "refund_id",
        "order_number",
        "line_id",
        "sku_number",
        "kind",
        pl.when(pl.col("kind") == "return").then("return_reason").alias("reason"),
        pl.col("refund_quantity").alias("quantity"),
        "subtotal",
        pl.col("refund_tax").alias("tax"),
        pl.col("refund_net").alias("net"),
        "is_restocked",
        "created_at",
    )
    return found, refund_lines


def gateways(draws: np.random.Generator, market: Ints, orders: pl.DataFrame) -> Ints:
    """How each order is paid; what is cancelled or lost was paid at once, so that there is something to give back."""
    gateway = np.zeros(len(market), dtype=np.int64)
    for number, m in enumerate(MARKETS):
        some = np.flatnonzero(market == number)
        gateway[some] = pick(draws, np.array(GATEWAY_SHARES.get(m.code, USUAL_SHARES), dtype=np.float64), len(some))
    at_once = (orders["cancelled_at"].is_not_null() | orders["lost_at"].is_not_null()).to_numpy()
    refused = orders["sent_back_at"].is_not_null().to_numpy()
    return np.where(refused, GATEWAYS.index("cash_on_delivery"), np.where(at_once, 0, gateway))


def payments(draws: np.random.Generator, orders: pl.DataFrame, refunds: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """One row per attempt to move money, with the time at which it succeeded or failed."""
    paid = orders.select(
        "order_number", "ordered_at", "first_shipped_at", "delivered_at", "gateway", "currency", "total"
    )
    columns = (
        "order_number",
        "refund_id",
        "gateway",
        "currency",
        "kind",
        "amount",
        "created_at",
        "settled_at",
        "is_failure",
    )
    no_refund = pl.lit(None, pl.Int64).alias("refund_id")
    soon = pl.col("ordered_at") + pl.duration(seconds=4)
    failed = paid.filter(
        pl.Series(draws.random(paid.height) < 0.035) & ~pl.col("gateway").is_in(["cash_on_delivery", "klarna"])
    )
    failed = failed.select(
        "order_number", no_refund, "gateway", "currency", pl.lit("sale").alias("kind"), pl.col("total").alias("amount"),
        pl.col("ordered_at").alias("created_at"), pl.col("ordered_at").alias("settled_at"), pl.lit(True).alias("is_failure"),
    )  # fmt: skip
    is_klarna, is_cash = pl.col("gateway") == "klarna", pl.col("gateway") == "cash_on_delivery"
    sale = paid.select(
        "order_number", no_refund, "gateway", "currency",
        pl.when(is_klarna).then(pl.lit("authorization")).otherwise(pl.lit("sale")).alias("kind"),
        pl.col("total").alias("amount"), soon.alias("created_at"),
        pl.when(is_cash).then("delivered_at").otherwise(soon).alias("settled_at"), pl.lit(False).alias("is_failure"),
    )  # fmt: skip
    captured = paid.filter(is_klarna).select(
        "order_number", no_refund, "gateway", "currency", pl.lit("capture").alias("kind"), pl.col("total").alias("amount"),
        pl.col("first_shipped_at").alias("created_at"), pl.col("first_shipped_at").alias("settled_at"), pl.lit(False).alias("is_failure"),
    )  # fmt: skip
    back = refunds.join(orders.select("order_number", "gateway"), on="order_number").select(
        "order_number", "refund_id", "gateway", "currency", pl.lit("refund").alias("kind"), pl.col("total").alias("amount"),
        "created_at", pl.col("created_at").alias("settled_at"), pl.lit(False).alias("is_failure"),
    )  # fmt: skip
    moved = pl.concat([frame.select(columns) for frame in (failed, sale, captured, back)], how="vertical_relaxed")
    moved = moved.sort("order_number", "created_at", "kind").with_columns(
        payment_id=pl.int_range(pl.len()) * 9 + 6_000_000_000_000, is_planted=pl.lit(False)
    )
    # A planted error: a sale that the gateway booked twice, and nobody gave back.
    sold = moved.filter((pl.col("kind") == "sale") & ~pl.col("is_failure") & (pl.col("gateway") != "cash_on_delivery"))
    twice = sold.filter(pl.Series(plan.draws("double payments").random(sold.height) < plan.dirt / 4)).with_columns(
        pl.col("payment_id") + 1, pl.col("created_at", "settled_at") + pl.duration(seconds=31), is_planted=pl.lit(True)
    )
    return pl.concat([moved, twice]).sort("payment_id")

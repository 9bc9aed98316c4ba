"""Parcels as the shop knows them: fulfilments, their lines, and the promise.

Comes in: the world as of a day. Goes out: tables. Called by `shopify.tables`.
"""

from collections.abc import Iterator

import polars as pl

from simulation.company import CARRIERS
from simulation.exports.shopify.ids import LOCATIONS, SHOP_ID, SYSTEM, variant_id
from simulation.exports.tables import CHANGED, Table
from simulation.exports.view import View
from simulation.world.world import World


def fulfilments(world: World, view: View) -> Iterator[Table]:
    """One fulfilment a parcel, with its lines and the day that was promised."""
    orders = world.orders.select("order_number", "order_id")
    parcels = view.known(world.parcels, "shipped_at").join(orders, on="order_number", how="left", maintain_order="left")
    changed = view.last("shipped_at", "failed_at", "refused_at", "delivered_at", "lost_at", "sent_back_at")
    is_failed = view.has("lost_at") | view.has("sent_back_at")
    status = (
        pl.when(view.has("delivered_at")).then(pl.lit("delivered")).when(is_failed).then(pl.lit("failure"))
        .when(view.has("failed_at") | view.has("refused_at")).then(pl.lit("attempted_delivery")).otherwise(pl.lit("in_transit"))
    )  # fmt: skip
    yield Table(
        SYSTEM,
        "fulfillment",
        parcels.select(
            (pl.col("order_id") + 600_000_000_000 + pl.col("parcel")).alias("id"),
            pl.col("shipped_at").alias("created_at"),
            pl.col("warehouse").replace_strict(LOCATIONS, return_dtype=pl.Int64).alias("location_id"),
            "order_id",
            pl.lit("success").alias("status"),
            pl.col("carrier")
            .replace_strict({code: name for code, (name, _) in CARRIERS.items()})
            .alias("tracking_company"),
            "tracking_number",
            changed.alias("updated_at"),
            pl.format('["{}"]', "tracking_number").alias("tracking_numbers"),
            pl.lit("[]").alias("tracking_urls"),
            status.alias("shipment_status"),
            pl.lit("manual").alias("service"),
            pl.format("#{}.{}", "order_number", pl.col("parcel") + 1).alias("name"),
            changed.alias(CHANGED),
        ),
    )
    yield Table(
        SYSTEM,
        "fulfillment_order_line",
        world.lines.join(
            parcels.select("order_number", "parcel", "order_id", "shipped_at"),
            on=["order_number", "parcel"],
            maintain_order="left",
        )
        .join(world.products.select("sku_number", "sku"), on="sku_number", how="left", maintain_order="left")
        .select(
            (pl.col("order_id") + 600_000_000_000 + pl.col("parcel")).alias("fulfillment_id"),
            pl.col("line_id").alias("order_line_id"),
            "order_id",
            variant_id(pl.col("sku_number")).alias("variant_id"),
            "sku",
            "quantity",
            pl.col("shipped_at").alias(CHANGED),
        ),
    )
    yield Table(
        SYSTEM,
        "fulfillment_event",
        parcels.select(
            (pl.col("order_id") + 800_000_000_000 + pl.col("parcel")).alias("id"),
            pl.col("shipped_at").alias("created_at"),
            pl.col("promised_on").cast(pl.Datetime("ms")).alias("estimated_delivery_at"),
            (pl.col("order_id") + 600_000_000_000 + pl.col("parcel")).alias("fulfillment_id"),
            pl.col("shipped_at").alias("happened_at"),
            "order_id",
            pl.lit(SHOP_ID).alias("shop_id"),
            pl.lit("confirmed").alias("status"),
            pl.col("shipped_at").alias("updated_at"),
            pl.lit("FALSE").alias("_fivetran_deleted"),
            pl.col("shipped_at").alias(CHANGED),
        ),
    )  # fmt: skip

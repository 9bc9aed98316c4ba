"""What hangs on orders: shipping, taxes, codes and how discounts fall on lines.

Comes in: orders known by a day. Goes out: tables. Called by orders.
"""

from collections.abc import Iterator

import polars as pl

from simulation.exports.shopify.ids import SYSTEM
from simulation.exports.tables import CHANGED, Table
from simulation.exports.view import money, rate
from simulation.world.world import World


def order_details(world: World, orders: pl.DataFrame) -> Iterator[Table]:
    """Shipping lines, taxes, codes and discounts; they come with the order and do not change."""
    ship_id = (pl.col("order_id") + 400_000_000_000).alias("ship_id")
    order = orders.select(
        "order_number", "order_id", "ordered_at", "market", "tax_bps", "code", "code_bps", "currency", ship_id
    )
    shipping = orders.with_columns(ship_id)
    title = pl.when("is_express").then(pl.lit("Express")).otherwise(pl.lit("Standard"))
    yield Table(
        SYSTEM,
        "order_shipping_line",
        shipping.select(
            pl.col("ship_id").alias("id"),
            "order_id",
            pl.col("carrier").alias("carrier_identifier"),
            title.alias("code"),
            money("shipping").alias("discounted_price"),
            money("shipping").alias("price"),
            pl.lit("shopify").alias("source"),
            title.alias("title"),
            pl.col("ordered_at").alias(CHANGED),
        ),
    )
    tax_title = pl.when(pl.col("market") == "US").then(pl.lit("Sales Tax")).otherwise(pl.lit("VAT"))
    yield Table(
        SYSTEM,
        "order_shipping_tax_line",
        shipping.filter(pl.col("shipping_tax") > 0).select(
            pl.lit(1).alias("index"),
            pl.col("ship_id").alias("order_shipping_line_id"),
            money("shipping_tax").alias("price"),
            rate("tax_bps").alias("rate"),
            tax_title.alias("title"),
            pl.col("ordered_at").alias(CHANGED),
        ),
    )
    taxed = world.lines.join(order, on="order_number", maintain_order="left")
    yield Table(
        SYSTEM,
        "tax_line",
        taxed.filter(pl.col("tax") > 0).select(
            pl.lit(1).alias("index"),
            pl.col("line_id").alias("order_line_id"),
            money("tax").alias("price"),
            rate("tax_bps").alias("rate"),
            tax_title.alias("title"),
            pl.col("ordered_at").alias(CHANGED),
        ),
    )
    coded = orders.filter(pl.col("code") != "")
    yield Table(
        SYSTEM,
        "order_discount_code",
        coded.select(
            pl.lit(1).alias("index"),
            "order_id",
            money("discount").alias("amount"),
            "code",
            pl.lit("percentage").alias("type"),
            pl.col("ordered_at").alias(CHANGED),
        ),
    )
    yield Table(
        SYSTEM,
        "discount_application",
        coded.select(
            pl.lit("across").alias("allocation_method"),
            pl.lit(0).alias("index"),
            "order_id",
            pl.lit("all").alias("target_selection"),
            pl.lit("line_item").alias("target_type"),
            pl.col("code").alias("title"),
            pl.lit("discount_code").alias("type"),
            "code",
            (pl.col("code_bps") // 100).alias("value"),
            pl.lit("percentage").alias("value_type"),
            pl.col("ordered_at").alias(CHANGED),
        ),
    )
    yield Table(
        SYSTEM,
        "discount_allocation",
        taxed.filter(pl.col("discount") > 0).select(
            money("discount").alias("amount"),
            money("discount").alias("amount_set_presentment_money_amount"),
            pl.col("currency").alias("amount_set_presentment_money_currency_code"),
            pl.lit(0).alias("discount_application_index"),
            pl.lit(0).alias("index"),
            pl.col("line_id").alias("order_line_id"),
            pl.col("ordered_at").alias(CHANGED),
        ),
    )

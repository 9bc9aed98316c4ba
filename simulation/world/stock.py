"""Every change of stock, signed, and what was there at the end of a day.

Comes in: supply and sales. Goes out: frame `movements`, and stock by SKU and warehouse at given days. Called by the world, by the
exports of the warehouse system and by the truth.
"""

from datetime import date

import numpy as np
import polars as pl

from simulation.company import DAY_SECONDS, EPOCH_DAY, WAREHOUSES
from simulation.world.clock import times
from simulation.world.sales import Sales
from simulation.world.supply import REGIONS, Supply

CODES = pl.DataFrame({"region": np.arange(REGIONS), "warehouse": [w.code for w in WAREHOUSES]})
COLUMNS = ("moved_at", "sku_number", "warehouse", "kind", "quantity", "reference")


def _of_cells(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(sku_number=pl.col("cell") // REGIONS, region=pl.col("cell") % REGIONS).join(
        CODES, on="region", how="left", maintain_order="left"
    )


def _at(column: str, hour: int) -> pl.Expr:
    """A time of a day, a few minutes apart from the others."""
    return pl.col(column).cast(pl.Datetime("ms")) + pl.duration(hours=hour, seconds=pl.int_range(pl.len()) % 3_000)


def movements(supply: Supply, sales: Sales) -> pl.DataFrame:
    """One row per change of stock, in order of time."""
    start = times(np.array([EPOCH_DAY * DAY_SECONDS]))
    opening = _of_cells(pl.DataFrame({"cell": np.arange(len(supply.opening)), "quantity": supply.opening})).select(
        pl.lit(start[0], pl.Datetime("ms")).alias("moved_at"), "sku_number", "warehouse", pl.lit("opening").alias("kind"), "quantity",
        pl.lit(None, pl.String).alias("reference"),
    )  # fmt: skip
    received = _of_cells(supply.receipts).select(
        _at("received_on", 6).alias("moved_at"), "sku_number", "warehouse", pl.lit("receipt").alias("kind"),
        (pl.col("received") - pl.col("rejected")).alias("quantity"), pl.format("PO-{}", "po").alias("reference"),
    )  # fmt: skip
    made = _of_cells(supply.production_orders).select(
        _at("arrives_on", 6).alias("moved_at"), "sku_number", "warehouse", pl.lit("production").alias("kind"),
        (pl.col("quantity") - pl.col("scrapped")).alias("quantity"), pl.format("PR-{}", "pr").alias("reference"),
    )  # fmt: skip
    counted = _of_cells(supply.counts).select(
        (pl.lit(start[0], pl.Datetime("ms")) + pl.duration(days=pl.col("day"), hours=4)).alias("moved_at"), "sku_number", "warehouse",
        pl.lit("count").alias("kind"), "quantity", pl.format("CC-{}-{}", "warehouse", "day").alias("reference"),
    )  # fmt: skip
    reference = pl.format("TR-{}", "transfer").alias("reference")
    # What leaves, leaves when the day's parcels are gone.
    left = _of_cells(supply.transfers.drop("cell").rename({"source": "cell"})).select(
        _at("sent_on", 22).alias("moved_at"), "sku_number", "warehouse", pl.lit("transfer_out").alias("kind"),
        (-pl.col("quantity")).alias("quantity"), reference,
    )  # fmt: skip
    came = _of_cells(supply.transfers).select(
        _at("arrives_on", 6).alias("moved_at"), "sku_number", "warehouse", pl.lit("transfer_in").alias("kind"), "quantity", reference,
    )  # fmt: skip
    order = sales.orders.select("order_number", "warehouse", "return_received_at")
    picked = (
        sales.lines.join(sales.parcels.select("order_number", "parcel", "shipped_at", "warehouse"), on=["order_number", "parcel"])
        .sort("shipped_at", "line_id")
        .select(
            pl.col("shipped_at").alias("moved_at"), "sku_number", "warehouse", pl.lit("pick").alias("kind"),
            (-pl.col("quantity")).alias("quantity"), pl.col("order_number").cast(pl.String).alias("reference"),
        )
    )  # fmt: skip
    returned = (
        sales.refund_lines.filter((pl.col("kind") == "return") & pl.col("is_restocked"))
        .join(order, on="order_number")
        .select(
            pl.col("return_received_at").alias("moved_at"), "sku_number", "warehouse", pl.lit("return").alias("kind"), "quantity",
            pl.col("order_number").cast(pl.String).alias("reference"),
        )
    )  # fmt: skip
    refused = (
        sales.lines.join(sales.orders.select("order_number", "warehouse", "sent_back_at"), on="order_number")
        .filter(pl.col("sent_back_at").is_not_null())
        .select(
            pl.col("sent_back_at").alias("moved_at"), "sku_number", "warehouse", pl.lit("return").alias("kind"), "quantity",
            pl.col("order_number").cast(pl.String).alias("reference"),
        )
    )  # fmt: skip
    parts = (opening, received, made, counted, left, came, picked, returned, refused)
    frames = [frame.select(COLUMNS) for frame in parts]
    return (
        pl.concat(frames, how="vertical_relaxed")
        .filter(pl.col("quantity") != 0)
        .sort("moved_at", "kind", "reference", "sku_number", "warehouse", "quantity")
        .with_columns(movement_id=pl.int_range(pl.len()) + 1)
    )


def levels(moved: pl.DataFrame, days: list[date]) -> pl.DataFrame:
    """Pieces of each SKU in each warehouse at the end of each of the days, where it ever had any."""
    daily = (
        moved.with_columns(day=pl.col("moved_at").cast(pl.Date))
        .with_columns(day=pl.lit(pl.Series("days", sorted(days))).search_sorted(pl.col("day")))
        .filter(pl.col("day") < len(days))
        .group_by("sku_number", "warehouse", "day")
        .agg(pl.col("quantity").sum())
    )
    cells = daily.select("sku_number", "warehouse").unique()
    grid = cells.join(pl.DataFrame({"day": np.arange(len(days))}), how="cross")
    return (
        grid.join(daily.with_columns(pl.col("day").cast(pl.Int64)), on=["sku_number", "warehouse", "day"], how="left")
        .sort("sku_number", "warehouse", "day")
        .with_columns(
            quantity=pl.col("quantity").fill_null(0).cum_sum().over("sku_number", "warehouse"),
            first=pl.col("quantity").is_not_null().cum_max().over("sku_number", "warehouse"),
        )
        .filter("first")
        .with_columns(stock_on=pl.lit(pl.Series("days", sorted(days), dtype=pl.Date)).gather(pl.col("day")))
        .select("stock_on", "sku_number", "warehouse", "quantity")
    )

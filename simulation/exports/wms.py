"""Exports of the warehouse system: receipts, stock, moves, picks, counts.

Comes in: the world as of a day. Goes out: tables in the layout of the pack `wms`. Times are UTC, in all three warehouses.
Called by `simulate`.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl

from simulation.company import FIRST_DAY, SUPPLIERS, WAREHOUSES
from simulation.exports.tables import CHANGED, Dirt, Table
from simulation.exports.view import View
from simulation.world.stock import levels
from simulation.world.world import World

SYSTEM = "wms"
MOVE_TYPES = {"opening": "FOUND", "production": "PRODUCTION_RECEIPT", "return": "RETURN"}


def location_of(sku: pl.Expr) -> pl.Expr:
    """The bin of a SKU, the same in every warehouse."""
    return pl.format(
        "{}-{}-{}", pl.lit("ABCDEFGH").str.slice(sku % 8, 1), (sku // 8 % 40).cast(pl.String).str.zfill(2), sku // 320
    )


def month_ends(view: View) -> list[date]:
    """The last day of each month that is over, and the day itself; for a delivery of a day, only that."""
    if view.is_increment:
        return [view.day]
    days = []
    month = (FIRST_DAY.replace(day=1) + timedelta(days=32)).replace(day=1)
    while month - timedelta(days=1) < view.day:
        days.append(month - timedelta(days=1))
        month = (month + timedelta(days=32)).replace(day=1)
    return [*days, view.day]


def tables(world: World, view: View) -> Iterator[Table]:
    """All tables."""
    products = world.products.select("sku_number", "sku", "supplier_number")
    yield Table(
        SYSTEM,
        "warehouses",
        pl.DataFrame(
            {
                "warehouse_code": [w.code for w in WAREHOUSES],
                "name": [w.name for w in WAREHOUSES],
                "warehouse_type": ["distribution centre"] * len(WAREHOUSES),
                "country_code": [w.country for w in WAREHOUSES],
                "time_zone": ["UTC"] * len(WAREHOUSES),
            }
        ),
    )
    yield _receipts(world, view, products)
    moved = view.known(world.movements, "moved_at").join(products, on="sku_number", how="left", maintain_order="left")
    stock = levels(moved, month_ends(view)).join(products, on="sku_number", how="left", maintain_order="left")
    yield Table(
        SYSTEM,
        "stock",
        stock.filter(pl.col("quantity") != 0).select(
            "stock_on", pl.col("warehouse").alias("warehouse_code"), location_of(pl.col("sku_number")).alias("location_code"), "sku",
            pl.lit(None, pl.String).alias("lot_code"), pl.col("quantity").alias("quantity_on_hand"),
        ).sort("stock_on", "warehouse_code", "sku"),
    )  # fmt: skip
    yield _moves(moved)
    yield _transfers(moved)
    yield _picks(moved)
    yield _counts(moved)


def _receipts(world: World, view: View, products: pl.DataFrame) -> Table:
    orders = world.purchase_orders.select("po", pl.col("maker"))
    numbers = pl.DataFrame({"maker": range(len(SUPPLIERS)), "supplier_number": [s.number for s in SUPPLIERS]})
    receipts = (
        world.receipts.with_columns(received_at=pl.col("received_on").cast(pl.Datetime("ms")) + pl.duration(hours=6))
        .join(orders, on="po", how="left", maintain_order="left")
        .join(numbers, on="maker", how="left", maintain_order="left")
        .join(products.drop("supplier_number"), on="sku_number", how="left", maintain_order="left")
    )
    return Table(
        SYSTEM,
        "receipts",
        view.known(receipts, "received_at").select(
            pl.format("GR-{}-{}", "po", pl.col("received_on").dt.strftime("%y%m%d")).alias("receipt_number"),
            pl.format("PO-{}", "po").alias("po_number"),
            pl.col("line").alias("line_number"),
            "supplier_number",
            pl.col("warehouse").alias("warehouse_code"),
            pl.lit("DOCK").alias("location_code"),
            "sku",
            pl.format("L{}-{}", "po", pl.col("received_on").dt.strftime("%y%m%d")).alias("lot_code"),
            "received_at",
            pl.col("received").alias("received_quantity"),
            pl.col("rejected").alias("rejected_quantity"),
            pl.when(pl.col("rejected") > 0).then(pl.lit("quality")).alias("reject_reason"),
            pl.col("received_at").alias(CHANGED),
        ),
        Dirt(key="receipt_number", beside="line_number", number="received_quantity"),
    )


def _moves(moved: pl.DataFrame) -> Table:
    moves = moved.filter(pl.col("kind").is_in(list(MOVE_TYPES)))
    return Table(
        SYSTEM,
        "moves",
        moves.select(
            pl.format("MV{}", "movement_id").alias("move_id"), pl.col("kind").replace_strict(MOVE_TYPES).alias("move_type"), "moved_at",
            pl.lit(None, pl.Datetime("ms")).alias("arrived_at"), "sku", pl.lit(None, pl.String).alias("lot_code"), "quantity",
            pl.lit(None, pl.String).alias("from_warehouse_code"), pl.lit(None, pl.String).alias("from_location_code"),
            pl.col("warehouse").alias("to_warehouse_code"), location_of(pl.col("sku_number")).alias("to_location_code"), "reference",
            pl.col("moved_at").alias(CHANGED),
        ),
    )  # fmt: skip


def _transfers(moved: pl.DataFrame) -> Table:
    """One move a transfer: it has no other side until it arrives there."""
    came = moved.filter(pl.col("kind") == "transfer_in").select(
        "reference", arrived_at="moved_at", to_warehouse_code="warehouse"
    )
    left = moved.filter(pl.col("kind") == "transfer_out").join(came, on="reference", how="left", maintain_order="left")
    location = location_of(pl.col("sku_number"))
    return Table(
        SYSTEM,
        "moves",
        left.select(
            pl.format("MV{}", "movement_id").alias("move_id"), pl.lit("TRANSFER").alias("move_type"), "moved_at", "arrived_at", "sku",
            pl.lit(None, pl.String).alias("lot_code"), -pl.col("quantity"), pl.col("warehouse").alias("from_warehouse_code"),
            location.alias("from_location_code"), "to_warehouse_code",
            pl.when(pl.col("to_warehouse_code").is_not_null()).then(location).alias("to_location_code"), "reference",
            pl.coalesce("arrived_at", "moved_at").alias(CHANGED),
        ),
    )  # fmt: skip


def _picks(moved: pl.DataFrame) -> Table:
    picks = moved.filter(pl.col("kind") == "pick")
    return Table(
        SYSTEM,
        "picks",
        picks.select(
            pl.format("PK{}", "movement_id").alias("pick_id"), pl.col("reference").alias("order_number"), "sku",
            pl.lit(None, pl.String).alias("lot_code"), pl.col("warehouse").alias("warehouse_code"),
            location_of(pl.col("sku_number")).alias("location_code"), (-pl.col("quantity")).alias("requested_quantity"),
            (-pl.col("quantity")).alias("quantity"), pl.format("W{}", pl.col("moved_at").dt.strftime("%y%m%d%H")).alias("wave"),
            pl.col("moved_at").alias("picked_at"), pl.col("moved_at").alias(CHANGED),
        ),
        Dirt(key="pick_id", number="quantity", repeats=True),
    )  # fmt: skip


def _counts(moved: pl.DataFrame) -> Table:
    before = moved.with_columns(stood=pl.col("quantity").cum_sum().over("sku_number", "warehouse") - pl.col("quantity"))
    counts = before.filter(pl.col("kind") == "count")
    return Table(
        SYSTEM,
        "cycle_counts",
        counts.select(
            pl.col("reference").alias("count_number"), pl.int_range(1, pl.len() + 1).over("reference").alias("line_number"),
            pl.col("moved_at").alias("counted_at"), pl.col("warehouse").alias("warehouse_code"),
            location_of(pl.col("sku_number")).alias("location_code"), "sku", pl.lit(None, pl.String).alias("lot_code"),
            pl.col("stood").alias("system_quantity"), (pl.col("stood") + pl.col("quantity")).alias("counted_quantity"),
            pl.format("Counter {}", pl.col("sku_number") % 7 + 1).alias("counted_by"), pl.lit(None, pl.String).alias("remark"),
            pl.col("moved_at").alias(CHANGED),
        ),
        form="xlsx",
    )  # fmt: skip

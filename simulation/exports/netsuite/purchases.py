"""Purchase orders and vendors' bills.

Comes in: the world as of a day. Goes out: headers and lines of documents. Called by `netsuite.tables`.
"""

from collections.abc import Iterator

import polars as pl

from simulation.company import SUPPLIERS
from simulation.exports.netsuite.ids import (
    BILLS,
    CURRENCY_IDS,
    FIRST_ITEM,
    INVENTORY,
    LOCATION_IDS,
    ORDERED,
    PAYABLE,
    PURCHASE_ORDERS,
    VENDOR_IDS,
    header_of,
    stack,
)
from simulation.exports.tables import CHANGED
from simulation.exports.view import View, money
from simulation.world.world import World


def purchases(world: World, view: View) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Purchase orders, then the bills for what came of them."""
    suppliers = pl.DataFrame(
        {
            "maker": range(len(SUPPLIERS)), "vendor": list(VENDOR_IDS.values()),
            "currency": [CURRENCY_IDS[s.currency] for s in SUPPLIERS], "in_dollars": [s.currency == "USD" for s in SUPPLIERS],
        }
    )  # fmt: skip
    arrived = world.receipts.with_columns(
        received_at=pl.col("received_on").cast(pl.Datetime("ms")) + pl.duration(hours=6)
    )
    last = arrived.group_by("po").agg(pl.col("received_at").max().alias("last_planned_at"))
    now = view.known(arrived, "received_at")
    by_order = now.group_by("po").agg(pl.col("received_at").max().alias("last_received_at"))
    by_line = now.group_by("po", "line").agg(
        pl.col("received").sum().alias("came"),
        pl.col("rejected").sum(),
        pl.col("received_at").max().alias("line_received_at"),
    )
    orders = (
        world.purchase_orders.with_columns(
            ordered_at=pl.col("ordered_on").cast(pl.Datetime("ms")) + pl.duration(hours=10)
        )
        .join(suppliers, on="maker", how="left", maintain_order="left")
        .join(last, on="po", how="left", maintain_order="left")
        .join(by_order, on="po", how="left", maintain_order="left")
        .with_columns(
            approved_at=pl.col("ordered_at") + pl.duration(hours=26),
            closed_at=pl.when("is_cancelled").then(pl.col("ordered_at") + pl.duration(days=5)),
            billed_at=pl.col("last_planned_at") + pl.duration(days=3),
        )
    )
    orders = view.known(orders, "ordered_at").with_columns(
        view.last("ordered_at", "approved_at", "closed_at", "last_received_at", "billed_at").alias(CHANGED)
    )
    status = (
        pl.when(view.has("closed_at")).then(pl.lit("H")).when(view.has("billed_at")).then(pl.lit("G"))
        .when(view.has("last_planned_at")).then(pl.lit("F")).when(pl.col("last_received_at").is_not_null()).then(pl.lit("D"))
        .when(view.has("approved_at")).then(pl.lit("B")).otherwise(pl.lit("A"))
    )  # fmt: skip
    header = orders.select(
        (pl.col("po") + PURCHASE_ORDERS).alias("id"), pl.format("PO-{}", "po").alias("tranid"),
        pl.col("ordered_on").cast(pl.Datetime("ms")).alias("trandate"), status.alias("status"), pl.col("ordered_at").alias("createddate"),
        pl.col("promised_on").cast(pl.Datetime("ms")).alias("duedate"), view.seen("billed_at").alias("closedate"), "currency",
        pl.col("vendor").alias("entity"), pl.lit("F").alias("posting"), CHANGED,
    )  # fmt: skip
    # Dollar prices are agreed once: eleven for ten, so that no rate of a day is needed to check them.
    unit = pl.when("in_dollars").then((pl.col("cost") * 11 + 5) // 10).otherwise("cost")
    lines = (
        world.purchase_lines.drop("warehouse")
        .join(
            orders.select(
                "po",
                "vendor",
                "in_dollars",
                "promised_on",
                "ordered_at",
                "closed_at",
                "approved_at",
                "billed_at",
                "warehouse_code",
            ),
            on="po",
            maintain_order="left",
        )
        .join(by_line, on=["po", "line"], how="left", maintain_order="left")
        .with_columns(unit=unit, came=pl.col("came").fill_null(0))
        .with_columns(amount=pl.col("unit") * pl.col("quantity"))
        .with_columns(view.last("ordered_at", "closed_at", "line_received_at", "billed_at").alias(CHANGED))
    )
    main = lines.group_by("po", maintain_order=True).agg(
        pl.col("amount").sum(), pl.col(CHANGED).max(), pl.col("vendor").first()
    )
    yield (
        header_of(header, "PurchOrd"),
        stack([_main_lines(main, PURCHASE_ORDERS, -1, ORDERED), _goods_of_orders(lines, view)]),
    )
    yield _bills(orders, lines, view)


def _main_lines(main: pl.DataFrame, offset: int, sign: int, account: int) -> pl.DataFrame:
    """Line 0 of each purchase document: its total."""
    return main.select(
        pl.lit(0, pl.Int64).alias("id"), (pl.col("po") + offset).alias("transaction"), pl.lit(0, pl.Int64).alias("linesequencenumber"),
        pl.lit("T").alias("mainline"), pl.lit("F").alias("taxline"), pl.lit("F").alias("iscogs"),
        money(pl.col("amount") * sign).alias("foreignamount"), money(pl.col("amount") * sign).alias("netamount"),
        pl.lit(account).alias("account"), pl.col("vendor").alias("entity"), pl.lit(1).alias("subsidiary"), CHANGED,
    )  # fmt: skip


def _goods_of_orders(lines: pl.DataFrame, view: View) -> pl.DataFrame:
    return lines.select(
        pl.col("line").alias("id"), (pl.col("po") + PURCHASE_ORDERS).alias("transaction"), pl.col("line").alias("linesequencenumber"),
        pl.lit("F").alias("mainline"), pl.lit("F").alias("taxline"), pl.lit("F").alias("iscogs"),
        (pl.col("sku_number") + FIRST_ITEM).alias("item"), pl.lit("InvtPart").alias("itemtype"), "quantity", money("unit").alias("rate"),
        money("amount").alias("foreignamount"), money("amount").alias("netamount"), pl.lit(ORDERED).alias("account"),
        pl.col("came").alias("quantityshiprecv"), pl.col("rejected").alias("quantityrejected"),
        pl.when(view.has("billed_at")).then("came").otherwise(0).alias("quantitybilled"),
        pl.col("promised_on").cast(pl.Datetime("ms")).alias("expectedreceiptdate"),
        pl.when(view.has("closed_at")).then(pl.lit("T")).otherwise(pl.lit("F")).alias("isclosed"), pl.col("vendor").alias("entity"),
        pl.col("warehouse_code").replace_strict(LOCATION_IDS, return_dtype=pl.Int64).alias("location"), pl.lit(1).alias("subsidiary"),
        pl.col(CHANGED).alias("linelastmodifieddate"), CHANGED,
    )  # fmt: skip


def _bills(orders: pl.DataFrame, lines: pl.DataFrame, view: View) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A vendor bills what has come, three days after the last receipt, and is paid thirty days later."""
    billed = view.known(orders.filter(pl.col("billed_at").is_not_null()), "billed_at")
    billed = billed.with_columns(paid_at=pl.col("billed_at") + pl.duration(days=30)).with_columns(
        view.last("billed_at", "paid_at").alias(CHANGED)
    )
    header = billed.select(
        (pl.col("po") + BILLS).alias("id"), pl.format("BILL-{}", "po").alias("tranid"),
        pl.col("billed_at").dt.truncate("1d").alias("trandate"),
        pl.when(view.has("paid_at")).then(pl.lit("B")).otherwise(pl.lit("A")).alias("status"), pl.col("billed_at").alias("createddate"),
        pl.col("paid_at").dt.truncate("1d").alias("duedate"), view.seen("paid_at").alias("closedate"), "currency",
        pl.col("vendor").alias("entity"), pl.lit("T").alias("posting"), CHANGED,
    )  # fmt: skip
    goods = (
        lines.drop(CHANGED)
        .join(billed.select("po", "paid_at"), on="po", maintain_order="left")
        .filter(pl.col("came") > 0)
        .with_columns(amount=pl.col("unit") * pl.col("came"))
        .with_columns(pl.col("billed_at").alias(CHANGED))
    )
    main = goods.group_by("po", maintain_order=True).agg(
        pl.col("amount").sum(), pl.col(CHANGED).max(), pl.col("vendor").first()
    )
    body = goods.select(
        pl.col("line").alias("id"), (pl.col("po") + BILLS).alias("transaction"), pl.col("line").alias("linesequencenumber"),
        pl.lit("F").alias("mainline"), pl.lit("F").alias("taxline"), pl.lit("F").alias("iscogs"),
        (pl.col("sku_number") + FIRST_ITEM).alias("item"), pl.lit("InvtPart").alias("itemtype"), pl.col("came").alias("quantity"),
        money("unit").alias("rate"), money("amount").alias("foreignamount"), money("amount").alias("netamount"),
        pl.lit(INVENTORY).alias("account"), (pl.col("po") + PURCHASE_ORDERS).alias("createdfrom"), pl.col("vendor").alias("entity"),
        pl.lit(1).alias("subsidiary"), pl.col(CHANGED).alias("linelastmodifieddate"), CHANGED,
    )  # fmt: skip
    return header_of(header, "VendBill"), stack([_main_lines(main, BILLS, -1, PAYABLE), body])

"""Invoices and credit memos: what the shop's orders and refunds are in the books.

Comes in: the world as of a day. Goes out: headers and lines of documents. Called by `netsuite.tables`.
"""

from collections.abc import Iterator

import polars as pl

from simulation.exports.netsuite.ids import (
    CREDITS,
    CURRENCY_IDS,
    CUSTOMER_IDS,
    FIRST_ITEM,
    FREIGHT,
    INVOICES,
    LOCATION_IDS,
    RECEIVABLE,
    SALES,
    SHIP_ITEM,
    SUBSIDIARY_OF,
    TAX,
    TAX_ITEM,
    header_of,
    stack,
)
from simulation.exports.tables import CHANGED
from simulation.exports.view import View, money
from simulation.world.world import World


def sales(world: World, view: View) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """An invoice for each order with its first parcel, a credit memo for each refund of shipped goods and each refused parcel."""
    orders = world.orders.select(
        "order_number", "market", "currency", "warehouse", "total", "tax", "shipping_net", "gateway",
        pl.col("first_shipped_at").alias("booked_at"), "delivered_at", "voided_at",
    )  # fmt: skip
    shipped = view.known(orders.filter(pl.col("booked_at").is_not_null()), "booked_at")
    is_cash = pl.col("gateway") == "cash_on_delivery"
    lines = world.lines.select("order_number", "line_number", "sku_number", "quantity", "unit_price", "net")
    yield _documents(
        shipped.with_columns(paid_at=pl.when(is_cash).then(pl.coalesce("delivered_at", "voided_at")).otherwise("booked_at")),
        lines, "CustInvc", INVOICES, "INV", view,
    )  # fmt: skip
    refunds = view.known(world.refunds.filter(pl.col("kind") != "cancel"), "created_at")
    credits = refunds.join(
        orders.drop("total", "tax", "shipping_net", "currency", "booked_at", "voided_at"),
        on="order_number",
        maintain_order="left",
    )
    credits = credits.with_columns(
        booked_at=pl.col("created_at"),
        paid_at=pl.col("created_at"),
        shipping_net=pl.col("total") - pl.col("refund_net") - pl.col("tax"),
    )
    places = world.lines.select("line_id", "line_number", "unit_price")
    credit_lines = world.refund_lines.join(places, on="line_id", how="left", maintain_order="left").select(
        "order_number", "line_number", "sku_number", "quantity", "unit_price", "net"
    )
    yield _documents(credits, credit_lines, "CustCred", CREDITS, "CM", view)
    # What was refused at the door is credited as a whole, and that closes the invoice.
    refused = view.known(orders.filter(pl.col("voided_at").is_not_null()), "voided_at")
    refused = refused.with_columns(booked_at=pl.col("voided_at"), paid_at=pl.col("voided_at"))
    yield _documents(refused, lines, "CustCred", CREDITS, "CM", view)


def _documents(
    documents: pl.DataFrame, lines: pl.DataFrame, kind: str, offset: int, prefix: str, view: View
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Headers and lines of invoices, or of credit memos, which have the opposite signs."""
    sign = 1 if kind == "CustInvc" else -1
    documents = documents.with_columns(
        view.last("booked_at", "paid_at").alias(CHANGED),
        id=pl.col("order_number") + offset,
        subsidiary=pl.col("currency").replace_strict(SUBSIDIARY_OF, return_dtype=pl.Int64),
        entity=pl.col("market").replace_strict(CUSTOMER_IDS, return_dtype=pl.Int64),
        location=pl.col("warehouse").replace_strict(LOCATION_IDS, return_dtype=pl.Int64),
    )
    header = documents.select(
        "id", pl.format(prefix + "{}", "order_number").alias("tranid"), pl.col("booked_at").dt.truncate("1d").alias("trandate"),
        pl.when(view.has("paid_at")).then(pl.lit("B")).otherwise(pl.lit("A")).alias("status"), pl.col("booked_at").alias("createddate"),
        pl.col("booked_at").dt.truncate("1d").alias("duedate"), view.seen("paid_at").alias("closedate"),
        pl.col("currency").replace_strict(CURRENCY_IDS, return_dtype=pl.Int64).alias("currency"), "entity", pl.lit("T").alias("posting"),
        pl.format("Web order {}", "order_number").alias("memo"), pl.format("shopify-{}", "order_number").alias("externalid"),
        pl.col("order_number").cast(pl.String).alias("otherrefnum"), pl.lit("Shopify").alias("source"), CHANGED,
    )  # fmt: skip
    head = documents.select(
        "id", "subsidiary", "entity", "location", "total", "tax", "shipping_net", pl.col("booked_at").alias(CHANGED)
    )
    goods = lines.join(
        documents.select(
            "order_number",
            pl.col("id").alias("transaction"),
            "subsidiary",
            "entity",
            "location",
            pl.col("booked_at").alias(CHANGED),
        ),
        on="order_number",
        maintain_order="left",
    ).select(
        pl.col("line_number").alias("id"),
        "transaction",
        pl.col("line_number").alias("linesequencenumber"),
        pl.lit("F").alias("mainline"),
        pl.lit("F").alias("taxline"),
        (pl.col("sku_number") + FIRST_ITEM).alias("item"),
        pl.lit("InvtPart").alias("itemtype"),
        (pl.col("quantity") * -sign).alias("quantity"),
        money("unit_price").alias("rate"),
        (pl.col("net") * -sign).alias("amount"),
        pl.lit(SALES).alias("account"),
        "subsidiary",
        "entity",
        "location",
        CHANGED,
    )
    parts = [goods]
    for number, column, item, item_type, account, place in (
        (0, "total", None, None, RECEIVABLE, sign), (901, "shipping_net", SHIP_ITEM, "ShipItem", FREIGHT, -sign),
        (902, "tax", TAX_ITEM, "TaxItem", TAX, -sign),
    ):  # fmt: skip
        some = head if number == 0 else head.filter(pl.col(column) != 0)
        parts.append(
            some.select(
                pl.lit(number, pl.Int64).alias("id"),
                pl.col("id").alias("transaction"),
                pl.lit(number, pl.Int64).alias("linesequencenumber"),
                pl.lit("T" if number == 0 else "F").alias("mainline"),
                pl.lit("T" if number == 902 else "F").alias("taxline"),
                pl.lit(item, pl.Int64).alias("item"),
                pl.lit(item_type, pl.String).alias("itemtype"),
                (pl.col(column) * place).alias("amount"),
                pl.lit(account).alias("account"),
                "subsidiary",
                "entity",
                "location",
                CHANGED,
            )
        )
    body = stack(parts).sort("transaction", "linesequencenumber").with_columns(
        iscogs=pl.lit("F"), foreignamount=money("amount"), netamount=money("amount"), linelastmodifieddate=pl.col(CHANGED)
    )  # fmt: skip
    return header_of(header, kind), body.drop("amount")

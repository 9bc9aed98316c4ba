"""The truth beside the exports: what a warehouse must find, to the cent and the piece, as of a day.

Comes in: the world, the day and the planted errors. Goes out: `<out>/truth/*.parquet`. Called by `simulate`; read by tests.
Amounts are whole minor units of the currency named beside them.
"""

from datetime import timedelta
from pathlib import Path

import polars as pl

from simulation.exports import web_sessions
from simulation.exports.view import View
from simulation.exports.wms import month_ends
from simulation.world import landed_cost
from simulation.world.stock import levels
from simulation.world.world import World

PLANTED = {
    "system": pl.String,
    "entity": pl.String,
    "file": pl.String,
    "key": pl.String,
    "kind": pl.String,
    "column": pl.String,
}


def known_orders(world: World, view: View) -> pl.DataFrame:
    """Orders until the day; one that was refused at the door counts as cancelled from when its parcel was back."""
    orders = view.known(world.orders, "ordered_at")
    return orders.with_columns(cancelled_at=pl.coalesce("cancelled_at", view.seen("voided_at")))


def refusals(world: World, view: View) -> pl.DataFrame:
    """Orders whose parcel was refused at the door and is back: no money moved, the books credit the invoice."""
    refused = view.known(world.orders.filter(pl.col("voided_at").is_not_null()), "voided_at")
    return refused.select("order_number", "currency", "sent_back_at", pl.col("voided_at").alias("created_at"), "total")


def totals(world: World, view: View) -> pl.DataFrame:
    """Per day and currency: what was ordered, paid, given back, and invoiced. A day is that of UTC."""
    orders = known_orders(world, view)
    ordered = orders.group_by(pl.col("ordered_at").cast(pl.Date).alias("day"), "currency").agg(
        pl.len().alias("orders"),
        pl.col("line_count").sum().alias("lines"),
        pl.col("pieces").sum().alias("quantity"),
        pl.col("gross", "discount", "net", "tax").sum(),
        pl.col("shipping_net").sum().alias("shipping"),
        pl.col("total").sum(),
        view.has("cancelled_at").sum().alias("cancelled_orders"),
        pl.when(view.has("cancelled_at")).then("net").otherwise(0).sum().alias("cancelled_net"),
    )
    paid = view.known(world.payments.filter(~pl.col("is_failure")), "settled_at")
    paid = paid.with_columns(day=pl.col("settled_at").cast(pl.Date))
    received = (
        paid.filter(pl.col("kind").is_in(["sale", "capture"]))
        .group_by("day", "currency")
        .agg(pl.col("amount").sum().alias("payments"))
    )
    returned = (
        paid.filter(pl.col("kind") == "refund").group_by("day", "currency").agg(pl.col("amount").sum().alias("refunds"))
    )
    shipped = view.known(orders.filter(pl.col("first_shipped_at").is_not_null()), "first_shipped_at")
    invoiced = shipped.group_by(pl.col("first_shipped_at").cast(pl.Date).alias("day"), "currency").agg(
        pl.len().alias("invoice_count"), pl.col("total").sum().alias("invoices")
    )
    given_back = view.known(world.refunds.filter(pl.col("kind") != "cancel"), "created_at")
    columns = (pl.col("created_at").cast(pl.Date).alias("day"), "currency", "total")
    credited = (
        pl.concat([frame.select(columns) for frame in (given_back, refusals(world, view))])
        .group_by("day", "currency")
        .agg(pl.col("total").sum().alias("credit_memos"))
    )
    found = ordered
    for other in (received, returned, invoiced, credited):
        found = found.join(other, on=["day", "currency"], how="full", coalesce=True)
    return found.with_columns(pl.selectors.numeric().fill_null(0).cast(pl.Int64)).sort("day", "currency")


def stock(world: World, view: View) -> pl.DataFrame:
    """Pieces per SKU and warehouse at each month's end and at the end of the day."""
    days = month_ends(View(view.day, is_increment=False))
    products = world.products.select("sku_number", "sku")
    return (
        levels(view.known(world.movements, "moved_at"), days)
        .join(products, on="sku_number", how="left", maintain_order="left")
        .select("stock_on", "sku", "warehouse", "quantity")
        .sort("stock_on", "sku", "warehouse")
    )


def identities(world: World, view: View) -> pl.DataFrame:
    """Who is who: one row per record of a person in a system."""
    columns = ("person", "system", "entity", "source_id", "name", "email", "phone", "merged_into")
    text = pl.String
    account = view.known(world.accounts, "created_at").select(
        "person",
        pl.lit("shopify").alias("system"),
        pl.lit("customer").alias("entity"),
        pl.col("customer_id").cast(text).alias("source_id"),
        pl.format("{} {}", "first_name", "last_name").alias("name"),
        "email",
        "phone",
        pl.when(view.has("merged_at")).then(pl.col("merged_into").cast(text)).alias("merged_into"),
    )
    guest = (
        view.known(world.orders.filter("is_guest"), "ordered_at")
        .join(world.people.drop("market"), on="person", how="left", maintain_order="left")
        .select(
            "person", pl.lit("shopify").alias("system"), pl.lit("guest_order").alias("entity"),
            pl.col("order_number").cast(text).alias("source_id"), pl.format("{} {}", "first_own", "last_own").alias("name"), "email",
            "phone", pl.lit(None, text).alias("merged_into"),
        )
    )  # fmt: skip
    contact = view.known(world.contacts, "created_at").select(
        "person", pl.lit("salesforce").alias("system"), pl.lit("contact").alias("entity"), pl.col("contact_id").alias("source_id"),
        pl.format("{} {}", "first_name", "last_name").alias("name"), "email", "phone",
        pl.when(view.has("merged_at")).then("merged_into").alias("merged_into"),
    )  # fmt: skip
    lead = view.known(world.marketing.leads, "created_at").select(
        "person", pl.lit("salesforce").alias("system"), pl.lit("lead").alias("entity"), pl.col("lead_id").alias("source_id"),
        pl.format("{} {}", "first_own", "last_own").alias("name"), "email", pl.lit(None, text).alias("phone"),
        pl.lit(None, text).alias("merged_into"),
    )  # fmt: skip
    user = view.known(world.desk_users, "created_at").select(
        "person", pl.lit("zendesk").alias("system"), pl.lit("user").alias("entity"), pl.col("user_id").cast(text).alias("source_id"),
        "name", "email", "phone", pl.lit(None, text).alias("merged_into"),
    )  # fmt: skip
    return pl.concat([frame.select(columns) for frame in (account, guest, contact, lead, user)]).sort(
        "person", "system", "entity", "source_id"
    )


def write(world: World, view: View, out: Path, planted: list[dict[str, str]]) -> None:
    """Write all of it; the errors of earlier deliveries stay in the list."""
    folder = out / "truth"
    folder.mkdir(parents=True, exist_ok=True)
    charges = view.known(world.landed_cost_charges, "billed_at")
    # In minor units, as everything here; the texts of the exports are made from these.
    frames = {
        "totals": totals(world, view),
        "stock": stock(world, view),
        "identities": identities(world, view),
        "products": world.products,
        "calendar": world.calendar,
        "orders": known_orders(world, view),
        "refusals": refusals(world, view),
        "lines": world.lines.join(
            view.known(world.orders, "ordered_at").select("order_number"), on="order_number", how="semi"
        ),
        "parcels": view.known(world.parcels, "shipped_at"),
        "refunds": view.known(world.refunds, "created_at"),
        "refund_lines": view.known(world.refund_lines, "created_at"),
        "payments": view.known(world.payments, "created_at"),
        "web_sessions": web_sessions.daily(world, view),
        "tickets": view.known(world.tickets, "opened_at"),
        "purchase_orders": world.purchase_orders.filter(pl.col("ordered_on") <= view.day),
        "receipts": world.receipts.filter(pl.col("received_on") <= view.day),
        "landed_cost_charges": charges,
        "landed_cost_lines": landed_cost.shares(
            charges, landed_cost.lines_of(world.purchase_orders, world.purchase_lines, world.products)
        ),
        "production_orders": world.production_orders.filter(pl.col("released_on") <= view.day),
        "lost_demand": world.lost_demand.filter(
            pl.col("day") <= (view.day - world.calendar["day"][0]) // timedelta(days=1)
        ),
    }
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet", compression="zstd", compression_level=1)
    errors = pl.DataFrame(planted, schema=PLANTED)
    path = folder / "planted_errors.parquet"
    if view.is_increment and path.exists():
        # A day may be delivered again; what was planted in its files then takes the place of what was before.
        earlier = pl.read_parquet(path).filter(~pl.col("file").is_in(errors["file"].unique().to_list()))
        errors = pl.concat([earlier, errors])
    errors.write_parquet(path)

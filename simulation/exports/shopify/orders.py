"""Orders and their lines, as they stand on a day.

Comes in: the world as of a day. Goes out: tables. Called by `shopify.tables`.
"""

from collections.abc import Iterator

import polars as pl

from simulation.exports.shopify.ids import COUNTRIES, SYSTEM, product_id, variant_id
from simulation.exports.shopify.order_details import order_details
from simulation.exports.tables import CHANGED, Dirt, Table
from simulation.exports.view import View, flag, money
from simulation.world.people import with_homes
from simulation.world.world import World

# Every two hundredth order has a mistake in its postal code, which the service corrects some hours later.
CORRECTED_EVERY = 200


def orders_with_people(world: World, view: View) -> pl.DataFrame:
    """Orders known by the day with the address, the account, and the times that change them."""
    account = world.accounts.select("person", "account", "customer_id", "first_name", "last_name")
    account = account.with_columns(account_mail=world.accounts["email"])
    refunds = world.refunds.select(
        "order_number",
        pl.col("created_at").alias("refund_at"),
        pl.col("total").alias("refund_total"),
        pl.col("kind").alias("refund_kind"),
    )
    cash = world.payments.filter((pl.col("gateway") == "cash_on_delivery") & (pl.col("kind") == "sale"))
    cash = cash.select("order_number", pl.col("settled_at").alias("cash_at"))
    people = world.people.drop("market")
    orders = view.known(world.orders, "ordered_at")
    return (
        with_homes(orders.join(people, on="person", how="left", maintain_order="left"))
        .join(account, on=["person", "account"], how="left", maintain_order="left")
        .join(refunds, on="order_number", how="left", maintain_order="left")
        .join(cash, on="order_number", how="left", maintain_order="left")
        .with_columns(
            customer_id=pl.when(~pl.col("is_guest")).then("customer_id"),
            ship_first=pl.coalesce(pl.when(pl.col("is_guest")).then("first_own").otherwise("first_name"), "first_own"),
            ship_last=pl.coalesce(pl.when(pl.col("is_guest")).then("last_own").otherwise("last_name"), "last_own"),
            order_mail=pl.when(pl.col("is_guest")).then("email").otherwise(pl.coalesce("account_mail", "email")),
            corrected_at=pl.when(pl.col("order_number") % CORRECTED_EVERY == 7).then(
                pl.col("ordered_at") + pl.duration(hours=11)
            ),
        )
        .with_columns(
            changed=view.last(
                "ordered_at",
                "cancelled_at",
                "first_shipped_at",
                "last_shipped_at",
                "refund_at",
                "cash_at",
                "corrected_at",
                "voided_at",
            )
        )
    )


def orders(world: World, view: View) -> Iterator[Table]:
    """Orders with their lines and details."""
    known = orders_with_people(world, view)
    # Klarna is authorised with the order and captured with the first parcel; cash is paid at the door.
    is_paid = (
        pl.when(pl.col("gateway") == "klarna").then(view.has("first_shipped_at"))
        .when(pl.col("gateway") == "cash_on_delivery").then(view.has("cash_at")).otherwise(pl.lit(True))
    )  # fmt: skip
    financial = (
        pl.when(view.has("voided_at")).then(pl.lit("voided"))
        .when(view.has("refund_at") & (pl.col("refund_total") == pl.col("total"))).then(pl.lit("refunded"))
        .when(view.has("refund_at")).then(pl.lit("partially_refunded"))
        .when(is_paid).then(pl.lit("paid"))
        .when(pl.col("gateway") == "klarna").then(pl.lit("authorized")).otherwise(pl.lit("pending"))
    )  # fmt: skip
    fulfilled = (
        pl.when(view.has("last_shipped_at"))
        .then(pl.lit("fulfilled"))
        .when(view.has("first_shipped_at"))
        .then(pl.lit("partial"))
    )
    # Until it is corrected, the code lacks its last sign.
    zip_code = (
        pl.when(pl.col("corrected_at").is_not_null() & ~view.has("corrected_at"))
        .then(pl.col("postal_code").str.head(-1))
        .otherwise("postal_code")
    )
    place = {
        "first_name": pl.col("ship_first"), "last_name": pl.col("ship_last"), "name": pl.format("{} {}", "ship_first", "ship_last"),
        "phone": pl.col("phone"), "address_1": pl.col("address"), "city": pl.col("city"), "zip": zip_code, "country_code": pl.col("market"),
        "country": pl.col("market").replace_strict(COUNTRIES), "province_code": pl.when(pl.col("state") != "").then("state"),
        "province": pl.col("state_name"),
    }  # fmt: skip
    # A parcel that was refused at the door is cancelled when it is back; nothing was paid, so nothing is refunded.
    cancelled_at = pl.coalesce("cancelled_at", "voided_at")
    addresses = [
        value.alias(f"{side}_address_{name}") for side in ("shipping", "billing") for name, value in place.items()
    ]
    header = known.select(
        pl.col("order_id").alias("id"),
        pl.col("order_mail").alias("email"),
        flag(pl.col("taxes_included")).alias("taxes_included"),
        "currency",
        money(pl.col("gross") - pl.col("discount")).alias("subtotal_price"),
        money("tax").alias("total_tax"),
        money("total").alias("total_price"),
        pl.col("ordered_at").alias("created_at"),
        pl.col("changed").alias("updated_at"),
        pl.format("#{}", "order_number").alias("name"),
        *addresses,
        "customer_id",
        (pl.col("order_number") - 100_000).alias("number"),
        "order_number",
        financial.alias("financial_status"),
        fulfilled.alias("fulfillment_status"),
        pl.col("ordered_at").alias("processed_at"),
        pl.lit("direct").alias("processing_method"),
        pl.when(view.has(cancelled_at)).then(pl.lit("customer")).alias("cancel_reason"),
        view.seen(cancelled_at).alias("cancelled_at"),
        pl.coalesce(view.seen(cancelled_at), view.seen("last_shipped_at")).alias("closed_at"),
        money("discount").alias("total_discounts"),
        money("gross").alias("total_line_items_price"),
        pl.col("channel").replace_strict({"web": "web", "app": "mobile_app"}).alias("source_name"),
        flag(pl.col("has_consent")).alias("buyer_accepts_marketing"),
        pl.format("tok{}", pl.col("order_id") * 7).alias("token"),
        pl.lit("FALSE").alias("test"),
        pl.col("changed").alias(CHANGED),
    )
    lines = _lines(world, view, known)
    header, lines, planted = _with_test_orders(world, view, header, lines)
    yield Table(
        SYSTEM,
        "order",
        header,
        Dirt(
            key="id", also=("order_number", "name"), date="created_at", names=("shipping_address_name",), repeats=True
        ),
        planted=planted,
    )
    yield Table(SYSTEM, "order_line", lines, Dirt(key="id", parent="order_id", number="quantity", repeats=True))
    yield from order_details(world, known)


def _lines(world: World, view: View, orders: pl.DataFrame) -> pl.DataFrame:
    products = world.products.select(
        "sku_number", "sku", "style", "style_name", "colour", "size", "supplier_number", pl.col("grams").alias("piece")
    )
    shipped = world.parcels.select("order_number", "parcel", "shipped_at")
    refunded = world.refund_lines.select("line_id", pl.col("created_at").alias("line_refund_at"))
    return (
        world.lines.join(
            orders.select("order_number", "order_id", "ordered_at", "cancelled_at"),
            on="order_number",
            maintain_order="left",
        )
        .join(products, on="sku_number", how="left", maintain_order="left")
        .join(shipped, on=["order_number", "parcel"], how="left", maintain_order="left")
        .join(refunded, on="line_id", how="left", maintain_order="left")
        .with_columns(changed=view.last("ordered_at", "shipped_at", "cancelled_at", "line_refund_at"))
        .select(
            "order_id",
            pl.col("line_id").alias("id"),
            product_id(pl.col("style")).alias("product_id"),
            variant_id(pl.col("sku_number")).alias("variant_id"),
            pl.format("{} - {} / {}", "style_name", "colour", "size").alias("name"),
            pl.col("style_name").alias("title"),
            pl.coalesce("supplier_number", pl.lit("Own production")).alias("vendor"),
            money("unit_price").alias("price"),
            "quantity",
            pl.col("piece").alias("grams"),
            "sku",
            pl.when(view.has("shipped_at") | view.has("cancelled_at"))
            .then(0)
            .otherwise("quantity")
            .alias("fulfillable_quantity"),
            pl.lit("manual").alias("fulfillment_service"),
            pl.lit("FALSE").alias("gift_card"),
            pl.lit("TRUE").alias("requires_shipping"),
            pl.lit("TRUE").alias("taxable"),
            pl.col("line_number").alias("index"),
            money("discount").alias("total_discount"),
            money("net").alias("pre_tax_price"),
            pl.when(view.has("shipped_at")).then(pl.lit("fulfilled")).alias("fulfillment_status"),
            pl.col("changed").alias(CHANGED),
        )
    )


def _with_test_orders(
    world: World, view: View, header: pl.DataFrame, lines: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, list[dict[str, str]]]:
    """Every five hundredth order or so is copied as one that the developers placed to try the checkout."""
    step = round(1 / world.dirt) if world.dirt else 0
    tests = header.filter((pl.col("order_number") % max(step, 1) == 13 % max(step, 1)) & pl.lit(step > 0))
    shift = 1_000_000_000_000
    tests_lines = lines.join(tests.select(pl.col("id").alias("order_id")), on="order_id", how="semi")
    copies = tests.with_columns(
        id=pl.col("id") + shift,
        order_number=pl.col("order_number") + 900_000_000,
        name=pl.format("#{}", pl.col("order_number") + 900_000_000),
        number=pl.col("number") + 900_000_000,
        test=pl.lit("TRUE"),
        email=pl.lit("developer@example.com"),
    )
    tests_lines = tests_lines.with_columns(order_id=pl.col("order_id") + shift, id=pl.col("id") + shift)
    new = copies if not view.is_increment else copies.filter(pl.col(CHANGED) >= view.since)
    planted = [
        {"system": SYSTEM, "entity": "order", "key": str(key), "kind": "test_order", "column": "test"}
        for key in new["id"].to_list()
    ]
    return pl.concat([header, copies]), pl.concat([lines, tests_lines]), planted

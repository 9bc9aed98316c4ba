"""Exports of the web shop and app, in the layout of Fivetran's Shopify connector.

Comes in: the world as of a day. Goes out: tables of the catalogue, customers, orders, payments, refunds and fulfilments. Called by `simulate`.
"""

from collections.abc import Iterator
from datetime import datetime

import polars as pl

from simulation.company import CARRIERS, FIRST_DAY, MARKETS, US_STATES, WAREHOUSES
from simulation.exports.tables import CHANGED, Dirt, Table
from simulation.exports.view import View, flag, money, rate
from simulation.world.catalogue import MARKDOWN_AGES, MARKDOWN_BPS
from simulation.world.people import with_homes
from simulation.world.world import World

SYSTEM = "shopify"
SHOP_ID = 68_001_001
LOCATIONS = {w.code: 71_000_000_001 + number for number, w in enumerate(WAREHOUSES)}
COUNTRIES = {m.code: m.name for m in MARKETS}
STATES = {state[0]: state[1] for state in US_STATES}
OPENED = datetime.combine(FIRST_DAY, datetime.min.time())
# Every other hundredth order has a mistake in its postal code, which the service corrects some hours later.
CORRECTED_EVERY = 200
NOTES = {
    "changed_mind": "changed mind", "not_as_described": "not as described", "wrong_item": "wrong item", "unknown_stated": "other",
}  # fmt: skip


def tables(world: World, view: View) -> Iterator[Table]:
    """All tables."""
    yield from _shop(view)
    yield from _catalogue(world, view)
    yield from _customers(world, view)
    yield from _orders(world, view)
    yield from _payments(world, view)
    yield from _fulfilments(world, view)


def product_id(style: pl.Expr) -> pl.Expr:
    """Shopify's number of a style."""
    return style + 8_100_000_000_000


def variant_id(sku: pl.Expr) -> pl.Expr:
    """Shopify's number of a SKU."""
    return sku + 43_500_000_000_000


def item_id(sku: pl.Expr) -> pl.Expr:
    """Shopify's number of what is stocked of a SKU."""
    return sku + 45_500_000_000_000


def _shop(view: View) -> Iterator[Table]:
    shop = pl.DataFrame(
        {
            "id": [SHOP_ID], "name": ["Weft Fashion"], "domain": ["shop.example.com"], "myshopify_domain": ["weft-fashion.myshopify.com"],
            "currency": ["EUR"], "country": ["NL"], "country_code": ["NL"], "country_name": ["Netherlands"], "email": ["shop@example.com"],
            "customer_email": ["service@example.com"], "iana_timezone": ["UTC"], "timezone": ["(GMT+00:00) UTC"], "taxes_included": ["TRUE"],
            "enabled_presentment_currencies": ['["EUR","GBP","USD","AED","SAR"]'], "primary_locale": ["en"], "weight_unit": ["g"],
            "_fivetran_deleted": ["FALSE"], "created_at": [OPENED], "updated_at": [OPENED], CHANGED: [OPENED],
        }
    )  # fmt: skip
    yield Table(SYSTEM, "shop", shop)
    location = pl.DataFrame(
        {
            "id": list(LOCATIONS.values()), "name": [f"{w.code} {w.city}" for w in WAREHOUSES], "city": [w.city for w in WAREHOUSES],
            "country": [w.country for w in WAREHOUSES], "country_code": [w.country for w in WAREHOUSES],
        }
    ).with_columns(
        active=pl.lit("TRUE"), legacy=pl.lit("FALSE"), _fivetran_deleted=pl.lit("FALSE"), created_at=pl.lit(OPENED), updated_at=pl.lit(OPENED)
    ).with_columns(pl.lit(OPENED).alias(CHANGED))  # fmt: skip
    yield Table(SYSTEM, "location", location)


def _price_now(view: View) -> tuple[pl.Expr, pl.Expr]:
    """The marked-down price in euros on the day, and when it was set."""
    age = (pl.lit(view.day) - pl.col("launched_on")).dt.total_days() // 7
    basis = pl.lit(int(MARKDOWN_BPS[0]), pl.Int64)
    since = pl.col("created_at")
    for weeks, off in zip(MARKDOWN_AGES.tolist(), MARKDOWN_BPS[1:].tolist(), strict=True):
        reached = (age >= weeks) & pl.col("withdrawn_on").is_not_null()
        basis = pl.when(reached).then(pl.lit(off, pl.Int64)).otherwise(basis)
        step = pl.col("launched_on").cast(pl.Datetime("ms")) + pl.duration(weeks=weeks)
        since = pl.when(reached).then(pl.max_horizontal(step, "created_at")).otherwise(since)
    full = pl.col("price_eur_minor")
    lowered = pl.max_horizontal(pl.lit(99, pl.Int64), (2 * full * (10_000 - basis) + 10_000) // 20_000 // 10 * 10 + 9)
    return pl.when(basis == 0).then(full).otherwise(lowered), since


def _catalogue(world: World, view: View) -> Iterator[Table]:
    known = world.products.with_columns(
        created_at=pl.max_horizontal(
            pl.col("launched_on").cast(pl.Datetime("ms")) - pl.duration(days=70), pl.lit(OPENED).cast(pl.Datetime("ms"))
        )
    )
    known = view.known(known, "created_at")
    styles = known.unique("style", keep="first", maintain_order=True)
    yield Table(
        SYSTEM,
        "product",
        styles.select(
            product_id(pl.col("style")).alias("id"),
            pl.col("style_name").alias("title"),
            pl.col("style_number").str.to_lowercase().alias("handle"),
            pl.col("category").alias("product_type"),
            pl.coalesce("supplier_number", pl.lit("Own production")).alias("vendor"),
            "created_at",
            view.last("created_at", pl.col("launched_on").cast(pl.Datetime("ms"))).alias("updated_at"),
            view.seen(pl.col("launched_on").cast(pl.Datetime("ms"))).alias("published_at"),
            pl.lit("web").alias("published_scope"),
            pl.lit("FALSE").alias("_fivetran_deleted"),
            view.last("created_at", pl.col("launched_on").cast(pl.Datetime("ms"))).alias(CHANGED),
        ),
    )
    yield Table(
        SYSTEM,
        "product_tag",
        styles.select(
            pl.lit(1).alias("index"), product_id(pl.col("style")).alias("product_id"), pl.col("style_number").alias("value"),
            pl.col("created_at").alias(CHANGED),
        ),  # fmt: skip
    )
    price, since = _price_now(view)
    priced = known.with_columns(price_now=price, price_since=since)
    yield Table(
        SYSTEM,
        "product_variant",
        priced.select(
            product_id(pl.col("style")).alias("product_id"),
            variant_id(pl.col("sku_number")).alias("id"),
            item_id(pl.col("sku_number")).alias("inventory_item_id"),
            pl.lit("TRUE").alias("available_for_sale"),
            "barcode",
            pl.when(pl.col("price_now") < pl.col("price_eur_minor")).then(money("price_eur_minor")).alias("compare_at_price"),
            "created_at",
            pl.format("{} - {} / {}", "style_name", "colour", "size").alias("display_name"),
            pl.lit("DENY").alias("inventory_policy"),
            variant_id(pl.col("sku_number")).alias("legacy_resource_id"),
            pl.int_range(1, pl.len() + 1).over("style").alias("position"),
            money("price_now").alias("price"),
            "sku",
            pl.lit("TRUE").alias("taxable"),
            pl.format("{} / {}", "colour", "size").alias("title"),
            pl.col("price_since").alias("updated_at"),
            pl.col("price_since").alias(CHANGED),
        ),
        Dirt(key="id", number="price"),
    )
    yield Table(
        SYSTEM,
        "inventory_item",
        known.select(
            item_id(pl.col("sku_number")).alias("id"),
            pl.col("origin_country").alias("country_code_of_origin"),
            "created_at",
            pl.col("hs_code").alias("harmonized_system_code"),
            item_id(pl.col("sku_number")).alias("legacy_resource_id"),
            pl.col("grams").alias("measurement_weight_value"),
            pl.lit("GRAMS").alias("measurement_weight_unit"),
            pl.lit("TRUE").alias("requires_shipping"),
            "sku",
            pl.lit("TRUE").alias("tracked"),
            money("cost_minor").alias("unit_cost_amount"),
            pl.lit("EUR").alias("unit_cost_currency_code"),
            pl.col("created_at").alias("updated_at"),
            pl.lit("FALSE").alias("_fivetran_deleted"),
            pl.col("created_at").alias(CHANGED),
        ),
    )


def _customers(world: World, view: View) -> Iterator[Table]:
    orders = view.known(world.orders.filter(~pl.col("is_guest")), "ordered_at")
    spent = orders.group_by("person", "account").agg(
        pl.len().alias("orders_count"), pl.col("total").sum().alias("total_spent"), pl.col("ordered_at").max().alias("last_at")
    )
    accounts = view.known(world.accounts, "created_at").join(spent, on=["person", "account"], how="left", maintain_order="left")
    changed = view.last("created_at", "last_at", "merged_at")
    yield Table(
        SYSTEM,
        "customer",
        accounts.select(
            pl.col("customer_id").alias("id"),
            "first_name",
            "last_name",
            "email",
            "phone",
            pl.when(view.has("merged_at")).then(pl.lit("disabled")).otherwise(pl.lit("enabled")).alias("state"),
            pl.col("orders_count").fill_null(0),
            money(pl.col("total_spent").fill_null(0)).alias("total_spent"),
            "created_at",
            changed.alias("updated_at"),
            flag(pl.col("has_consent")).alias("accepts_marketing"),
            pl.lit("FALSE").alias("tax_exempt"),
            pl.lit("TRUE").alias("verified_email"),
            pl.col("customer_id").alias("default_address_id"),
            changed.alias(CHANGED),
        ),
        Dirt(key="id", names=("first_name", "last_name"), repeats=True),
    )
    yield Table(
        SYSTEM,
        "customer_address",
        accounts.select(
            pl.col("customer_id").alias("id"),
            "customer_id",
            pl.col("address").alias("address_1"),
            "city",
            pl.col("market").replace_strict(COUNTRIES).alias("country"),
            pl.col("market").alias("country_code"),
            "first_name",
            pl.lit("TRUE").alias("is_default"),
            "last_name",
            pl.format("{} {}", "first_name", "last_name").alias("name"),
            "phone",
            pl.col("state_name").alias("province"),
            pl.when(pl.col("state") != "").then("state").alias("province_code"),
            pl.col("postal_code").alias("zip"),
            pl.lit(view.synced).alias("_fivetran_synced"),
            pl.col("created_at").alias(CHANGED),
        ),
    )
    yield Table(
        SYSTEM,
        "customer_tag",
        view.known(accounts.filter(pl.col("merged_at").is_not_null()), "merged_at").select(
            "customer_id", pl.lit(1).alias("index"), pl.format("merged-into-{}", "merged_into").alias("value"), pl.col("merged_at").alias(CHANGED)
        ),
    )


def orders_with_people(world: World, view: View) -> pl.DataFrame:
    """Orders known by the day with the address, the account, and the times that change them."""
    account = world.accounts.select("person", "account", "customer_id", "first_name", "last_name")
    account = account.with_columns(account_mail=world.accounts["email"])
    refunds = world.refunds.select(
        "order_number", pl.col("created_at").alias("refund_at"), pl.col("total").alias("refund_total"), pl.col("kind").alias("refund_kind")
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
            corrected_at=pl.when(pl.col("order_number") % CORRECTED_EVERY == 7).then(pl.col("ordered_at") + pl.duration(hours=11)),
        )
        .with_columns(
            changed=view.last(
                "ordered_at", "cancelled_at", "first_shipped_at", "last_shipped_at", "refund_at", "cash_at", "corrected_at"
            )
        )
    )


def _orders(world: World, view: View) -> Iterator[Table]:
    orders = orders_with_people(world, view)
    # Klarna is authorised with the order and captured with the first parcel; cash is paid at the door.
    is_paid = (
        pl.when(pl.col("gateway") == "klarna").then(view.has("first_shipped_at"))
        .when(pl.col("gateway") == "cash_on_delivery").then(view.has("cash_at")).otherwise(pl.lit(True))
    )  # fmt: skip
    financial = (
        pl.when(view.has("refund_at") & (pl.col("refund_total") == pl.col("total"))).then(pl.lit("refunded"))
        .when(view.has("refund_at")).then(pl.lit("partially_refunded"))
        .when(is_paid).then(pl.lit("paid"))
        .when(pl.col("gateway") == "klarna").then(pl.lit("authorized")).otherwise(pl.lit("pending"))
    )  # fmt: skip
    fulfilled = (
        pl.when(view.has("last_shipped_at")).then(pl.lit("fulfilled")).when(view.has("first_shipped_at")).then(pl.lit("partial"))
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
    addresses = [value.alias(f"{side}_address_{name}") for side in ("shipping", "billing") for name, value in place.items()]
    header = orders.select(
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
        pl.when(view.has("cancelled_at")).then(pl.lit("customer")).alias("cancel_reason"),
        view.seen("cancelled_at").alias("cancelled_at"),
        pl.coalesce(view.seen("cancelled_at"), view.seen("last_shipped_at")).alias("closed_at"),
        money("discount").alias("total_discounts"),
        money("gross").alias("total_line_items_price"),
        pl.col("channel").replace_strict({"web": "web", "app": "mobile_app"}).alias("source_name"),
        flag(pl.col("has_consent")).alias("buyer_accepts_marketing"),
        pl.format("tok{}", pl.col("order_id") * 7).alias("token"),
        pl.lit("FALSE").alias("test"),
        pl.col("changed").alias(CHANGED),
    )
    lines = _lines(world, view, orders)
    header, lines, planted = _with_test_orders(world, view, header, lines)
    yield Table(
        SYSTEM, "order", header, Dirt(key="id", date="created_at", names=("shipping_address_name",), repeats=True), planted=planted
    )
    yield Table(SYSTEM, "order_line", lines, Dirt(key="id", parent="order_id", number="quantity", repeats=True))
    yield from _order_details(world, view, orders)


def _lines(world: World, view: View, orders: pl.DataFrame) -> pl.DataFrame:
    products = world.products.select("sku_number", "sku", "style", "style_name", "colour", "size", "supplier_number", pl.col("grams").alias("piece"))
    shipped = world.parcels.select("order_number", "parcel", "shipped_at")
    refunded = world.refund_lines.select("line_id", pl.col("created_at").alias("line_refund_at"))
    return (
        world.lines.join(orders.select("order_number", "order_id", "ordered_at", "cancelled_at"), on="order_number", maintain_order="left")
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
            pl.when(view.has("shipped_at") | view.has("cancelled_at")).then(0).otherwise("quantity").alias("fulfillable_quantity"),
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
        id=pl.col("id") + shift, order_number=pl.col("order_number") + 900_000_000, name=pl.format("#{}", pl.col("order_number") + 900_000_000),
        number=pl.col("number") + 900_000_000, test=pl.lit("TRUE"), email=pl.lit("developer@example.com"),
    )  # fmt: skip
    tests_lines = tests_lines.with_columns(order_id=pl.col("order_id") + shift, id=pl.col("id") + shift)
    new = copies if not view.is_increment else copies.filter(pl.col(CHANGED) >= view.since)
    planted = [
        {"system": SYSTEM, "entity": "order", "key": str(key), "kind": "test_order", "column": "test"} for key in new["id"].to_list()
    ]
    return pl.concat([header, copies]), pl.concat([lines, tests_lines]), planted


def _order_details(world: World, view: View, orders: pl.DataFrame) -> Iterator[Table]:
    ship_id = (pl.col("order_id") + 400_000_000_000).alias("ship_id")
    order = orders.select("order_number", "order_id", "ordered_at", "market", "tax_bps", "code", "code_bps", "currency", ship_id)
    shipping = orders.with_columns(ship_id)
    title = pl.when("is_express").then(pl.lit("Express")).otherwise(pl.lit("Standard"))
    yield Table(
        SYSTEM,
        "order_shipping_line",
        shipping.select(
            pl.col("ship_id").alias("id"), "order_id", pl.col("carrier").alias("carrier_identifier"), title.alias("code"),
            money("shipping").alias("discounted_price"), money("shipping").alias("price"), pl.lit("shopify").alias("source"),
            title.alias("title"), pl.col("ordered_at").alias(CHANGED),
        ),  # fmt: skip
    )
    tax_title = pl.when(pl.col("market") == "US").then(pl.lit("Sales Tax")).otherwise(pl.lit("VAT"))
    yield Table(
        SYSTEM,
        "order_shipping_tax_line",
        shipping.filter(pl.col("shipping_tax") > 0).select(
            pl.lit(1).alias("index"), pl.col("ship_id").alias("order_shipping_line_id"), money("shipping_tax").alias("price"),
            rate("tax_bps").alias("rate"), tax_title.alias("title"), pl.col("ordered_at").alias(CHANGED),
        ),  # fmt: skip
    )
    taxed = world.lines.join(order, on="order_number", maintain_order="left")
    yield Table(
        SYSTEM,
        "tax_line",
        taxed.filter(pl.col("tax") > 0).select(
            pl.lit(1).alias("index"), pl.col("line_id").alias("order_line_id"), money("tax").alias("price"), rate("tax_bps").alias("rate"),
            tax_title.alias("title"), pl.col("ordered_at").alias(CHANGED),
        ),  # fmt: skip
    )
    coded = orders.filter(pl.col("code") != "")
    yield Table(
        SYSTEM,
        "order_discount_code",
        coded.select(
            pl.lit(1).alias("index"), "order_id", money("discount").alias("amount"), "code", pl.lit("percentage").alias("type"),
            pl.col("ordered_at").alias(CHANGED),
        ),  # fmt: skip
    )
    yield Table(
        SYSTEM,
        "discount_application",
        coded.select(
            pl.lit("across").alias("allocation_method"), pl.lit(0).alias("index"), "order_id", pl.lit("all").alias("target_selection"),
            pl.lit("line_item").alias("target_type"), pl.col("code").alias("title"), pl.lit("discount_code").alias("type"), "code",
            (pl.col("code_bps") // 100).alias("value"), pl.lit("percentage").alias("value_type"), pl.col("ordered_at").alias(CHANGED),
        ),  # fmt: skip
    )
    yield Table(
        SYSTEM,
        "discount_allocation",
        taxed.filter(pl.col("discount") > 0).select(
            money("discount").alias("amount"), money("discount").alias("amount_set_presentment_money_amount"),
            pl.col("currency").alias("amount_set_presentment_money_currency_code"), pl.lit(0).alias("discount_application_index"),
            pl.lit(0).alias("index"), pl.col("line_id").alias("order_line_id"), pl.col("ordered_at").alias(CHANGED),
        ),  # fmt: skip
    )


def _new_on(frame: pl.DataFrame, view: View) -> pl.DataFrame:
    """What a delivery holds of rows that do not change."""
    return frame.filter(pl.col("created_at") >= view.since) if view.is_increment else frame


def _payments(world: World, view: View) -> Iterator[Table]:
    orders = world.orders.select("order_number", "order_id")
    paid = view.known(world.payments, "created_at").join(orders, on="order_number", how="left", maintain_order="left")
    changed = view.last("created_at", "settled_at")
    status = (
        pl.when("is_failure").then(pl.lit("failure")).when(view.has("settled_at")).then(pl.lit("success")).otherwise(pl.lit("pending"))
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
    note = pl.when(pl.col("kind") == "return").then(pl.col("return_reason").replace(NOTES)).otherwise(pl.format("order {}", "kind"))
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
            pl.col("refund_line_id").alias("id"), pl.col("warehouse").replace_strict(LOCATIONS, return_dtype=pl.Int64).alias("location_id"),
            "refund_id", restock.alias("restock_type"), "quantity", pl.col("line_id").alias("order_line_id"),
            money("subtotal").alias("subtotal"), money("tax").alias("total_tax"), pl.col("created_at").alias(CHANGED),
        ),  # fmt: skip
    )
    given_back = refunds.filter(pl.col("shipping") > 0).join(
        world.orders.select("order_number", "taxes_included"), on="order_number", how="left", maintain_order="left"
    )
    yield Table(
        SYSTEM,
        "order_adjustment",
        given_back.select(
            (pl.col("refund_id") + 50_000_000_000).alias("id"), "order_id", "refund_id",
            money(-(pl.col("shipping") - pl.when("taxes_included").then("shipping_tax").otherwise(0))).alias("amount"),
            money(-pl.col("shipping_tax")).alias("tax_amount"), pl.lit("shipping_refund").alias("kind"),
            pl.lit("Shipping refund").alias("reason"), pl.col("created_at").alias(CHANGED),
        ),  # fmt: skip
    )


def _fulfilments(world: World, view: View) -> Iterator[Table]:
    orders = world.orders.select("order_number", "order_id")
    parcels = view.known(world.parcels, "shipped_at").join(orders, on="order_number", how="left", maintain_order="left")
    changed = view.last("shipped_at", "failed_at", "delivered_at", "lost_at")
    status = (
        pl.when(view.has("delivered_at")).then(pl.lit("delivered")).when(view.has("lost_at")).then(pl.lit("failure"))
        .when(view.has("failed_at")).then(pl.lit("attempted_delivery")).otherwise(pl.lit("in_transit"))
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
            pl.col("carrier").replace_strict({code: name for code, (name, _) in CARRIERS.items()}).alias("tracking_company"),
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
            parcels.select("order_number", "parcel", "order_id", "shipped_at"), on=["order_number", "parcel"], maintain_order="left"
        )
        .join(world.products.select("sku_number", "sku"), on="sku_number", how="left", maintain_order="left")
        .select(
            (pl.col("order_id") + 600_000_000_000 + pl.col("parcel")).alias("fulfillment_id"), pl.col("line_id").alias("order_line_id"),
            "order_id", variant_id(pl.col("sku_number")).alias("variant_id"), "sku", "quantity", pl.col("shipped_at").alias(CHANGED),
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

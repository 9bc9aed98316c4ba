"""Money adds up to the minor unit: within the world, in the shop's files, and between shop, books and truth."""

from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal
from simulated_deliveries import minor, read, truth

from simulation.world.world import World


def test_an_order_is_its_lines_less_discount_with_tax_and_shipping(world: World) -> None:
    sums = world.lines.group_by("order_number").agg(pl.col("gross", "discount", "net", "tax").sum())
    orders = world.orders.join(sums, on="order_number", suffix="_lines")
    assert orders.height == world.orders.height
    assert orders.filter(pl.col("gross") != pl.col("gross_lines")).is_empty()
    shown = pl.col("gross") - pl.col("discount") + pl.col("shipping")
    paid = pl.when("taxes_included").then(shown).otherwise(shown + pl.col("tax"))
    assert orders.filter(pl.col("total") != paid).is_empty()
    assert orders.filter(
        pl.col("total") != pl.col("net_lines") + pl.col("tax_lines") + pl.col("shipping_net") + pl.col("shipping_tax")
    ).is_empty()


def test_tax_is_the_rate_of_the_market_within_or_on_top(world: World) -> None:
    lines = world.lines.join(world.orders.select("order_number", "tax_bps", "taxes_included"), on="order_number")
    rate = pl.col("tax_bps") / 10_000
    exact = pl.col("net") * rate
    assert lines.filter((pl.col("tax") - exact).abs() > 1).is_empty()
    assert set(lines["taxes_included"].unique()) == {True, False}


def test_every_order_is_paid_once_and_no_more_is_given_back(world: World) -> None:
    done = world.payments.filter(~pl.col("is_failure") & pl.col("settled_at").is_not_null())
    paid = (
        done.filter(pl.col("kind").is_in(["sale", "capture"]))
        .group_by("order_number")
        .agg(pl.col("amount").sum().alias("paid"))
    )
    back = done.filter(pl.col("kind") == "refund").group_by("order_number").agg(pl.col("amount").sum().alias("back"))
    refunded = world.refunds.select("order_number", pl.col("total").alias("refunded"))
    orders = world.orders.join(paid, on="order_number", how="left").join(back, on="order_number", how="left")
    orders = orders.join(refunded, on="order_number", how="left").with_columns(
        pl.col("paid", "back", "refunded").fill_null(0)
    )
    # Who refuses a parcel at the door pays nothing.
    is_refused = pl.col("sent_back_at").is_not_null()
    assert orders.filter(is_refused).height
    assert orders.filter(pl.col("paid") != pl.when(is_refused).then(0).otherwise("total")).is_empty()
    assert orders.filter(pl.col("back") != pl.col("refunded")).is_empty()
    assert orders.filter(pl.col("back") > pl.col("paid")).is_empty()
    whole = orders.filter(pl.col("cancelled_at").is_not_null())
    assert whole.height
    assert whole.filter(pl.col("back") != pl.col("total")).is_empty()


def test_the_shops_files_say_what_the_truth_says(clean: Path) -> None:
    orders = read(clean, "shopify", "order").with_columns(day=pl.col("created_at").str.head(10).str.to_date())
    lines = read(clean, "shopify", "order_line").select(
        "order_id",
        pl.col("quantity").cast(pl.Int64),
        price=minor("price"),
        off=minor("total_discount"),
        net=minor("pre_tax_price"),
    )
    shipping = read(clean, "shopify", "order_shipping_line").select("order_id", paid=minor("price"))
    sums = lines.group_by("order_id").agg(
        pl.len().alias("lines"), pl.col("quantity").sum(), (pl.col("price") * pl.col("quantity")).sum().alias("gross"),
        pl.col("off").sum().alias("discount"), pl.col("net").sum(),
    )  # fmt: skip
    orders = orders.join(sums, left_on="id", right_on="order_id").join(shipping, left_on="id", right_on="order_id")
    of_total = pl.when(pl.col("taxes_included") == "TRUE").then(0).otherwise(minor("total_tax"))
    assert orders.filter(minor("total_price") != minor("subtotal_price") + pl.col("paid") + of_total).is_empty()
    found = orders.group_by("day", "currency").agg(
        pl.len().alias("orders"), pl.col("lines", "quantity", "gross", "discount", "net").sum(), minor("total_tax").sum().alias("tax"),
        minor("total_price").sum().alias("total"),
    )  # fmt: skip
    expected = truth(clean, "totals").filter(pl.col("orders") > 0)
    columns = ["day", "currency", "orders", "lines", "quantity", "gross", "discount", "net", "tax", "total"]
    assert_frame_equal(found.select(columns).sort("day", "currency"), expected.select(columns), check_dtypes=False)


def test_payments_and_refunds_of_the_shop_are_those_of_the_truth(clean: Path) -> None:
    moved = read(clean, "shopify", "transaction").filter(pl.col("status") == "success")
    moved = moved.with_columns(day=pl.col("processed_at").str.head(10).str.to_date(), amount=minor("amount"))
    found = moved.group_by("day", "currency").agg(
        payments=pl.col("amount").filter(pl.col("kind").is_in(["sale", "capture"])).sum(),
        refunds=pl.col("amount").filter(pl.col("kind") == "refund").sum(),
    )
    expected = truth(clean, "totals").filter((pl.col("payments") > 0) | (pl.col("refunds") > 0))
    found = found.filter((pl.col("payments") > 0) | (pl.col("refunds") > 0)).sort("day", "currency")
    assert_frame_equal(found, expected.select("day", "currency", "payments", "refunds"), check_dtypes=False)


def test_a_refund_is_its_lines_and_its_adjustment(clean: Path) -> None:
    included = read(clean, "shopify", "order").select("id", "taxes_included")
    refunds = read(clean, "shopify", "refund").join(included, left_on="order_id", right_on="id")
    lines = (
        read(clean, "shopify", "order_line_refund")
        .group_by("refund_id")
        .agg(minor("subtotal").sum().alias("shown"), minor("total_tax").sum().alias("tax"))
    )
    freight = read(clean, "shopify", "order_adjustment").select(
        "refund_id", freight=-minor("amount") - minor("tax_amount")
    )
    money = (
        read(clean, "shopify", "transaction")
        .filter(pl.col("kind") == "refund")
        .select("refund_id", amount=minor("amount"))
    )
    refunds = (
        refunds.join(lines, left_on="id", right_on="refund_id")
        .join(freight, left_on="id", right_on="refund_id", how="left")
        .join(money, left_on="id", right_on="refund_id")
    )
    goods = pl.col("shown") + pl.when(pl.col("taxes_included") == "TRUE").then(0).otherwise("tax")
    assert refunds.height > 50
    assert refunds.filter(pl.col("amount") != goods + pl.col("freight").fill_null(0)).is_empty()


def test_the_books_hold_one_invoice_for_each_shipped_order_of_its_amount(clean: Path) -> None:
    documents = read(clean, "netsuite", "transaction").filter(pl.col("type").is_in(["CustInvc", "CustCred"]))
    lines = read(clean, "netsuite", "transaction_line")
    sums = lines.group_by("transaction").agg(
        main=minor("foreignamount").filter(pl.col("mainline") == "T").sum(),
        parts=minor("foreignamount").filter(pl.col("mainline") == "F").sum(),
    )
    documents = documents.join(sums, left_on="id", right_on="transaction")
    assert documents.filter(pl.col("main") + pl.col("parts") != 0).is_empty()
    orders = truth(clean, "orders").filter(pl.col("first_shipped_at") < pl.datetime(2026, 11, 1))
    invoices = documents.filter(pl.col("type") == "CustInvc").select(
        pl.col("otherrefnum").cast(pl.Int64).alias("order_number"), "main"
    )
    both = orders.select("order_number", "total").join(invoices, on="order_number", how="full")
    assert both.height == orders.height
    assert both.filter(pl.col("total").ne_missing(pl.col("main"))).is_empty()
    assert documents.filter((pl.col("type") == "CustCred") & (pl.col("main") >= 0)).is_empty()


def test_the_postings_of_each_document_balance(clean: Path) -> None:
    postings = (
        read(clean, "netsuite", "transaction_accounting_line")
        .group_by("transaction")
        .agg(debit=minor("debit").sum(), credit=minor("credit").sum())
    )
    assert postings.height > 500
    assert postings.filter(pl.col("debit") != pl.col("credit")).is_empty()

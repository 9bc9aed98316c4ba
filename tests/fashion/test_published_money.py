"""Orders, payments, refunds and invoices equal the truth to the cent, per day of UTC and currency."""

import polars as pl
import pytest
from books import published, true_figures, truth
from weft_command import ask

from warehouse.settings import Settings

DAY = ["day", "currency"]


@pytest.fixture(params=["fashion", "fashion_next_day"])
def company(request: pytest.FixtureRequest) -> Settings:
    """The company on its last day, and a day later."""
    found: Settings = request.getfixturevalue(request.param)
    return found


def test_order_lines(company: Settings) -> None:
    found = published(
        company,
        "select ordered_on, currency_code, count(distinct order_key), count(*), sum(quantity), sum(net_amount) * 100 "
        "from fct_order_line group by all",
    )
    assert found == true_figures(truth(company, "totals"), DAY, ["orders", "lines", "quantity", "net"])


def test_tax_shipping_and_totals_of_orders(company: Settings) -> None:
    found = published(
        company,
        "select ordered_on, currency_code, count(*), sum(net_amount) * 100, sum(tax_amount) * 100, "
        "sum(freight_amount) * 100, sum(total_amount) * 100, count(*) filter (status = 'cancelled') "
        "from mart_order group by all",
    )
    columns = ["orders", "net", "tax", "shipping", "total", "cancelled_orders"]
    assert found == true_figures(truth(company, "totals"), DAY, columns)


def test_each_line_has_its_share_of_the_discounts(company: Settings) -> None:
    """The shop shows prices with tax, the marts without, so what must agree is the rate."""
    rates = pl.DataFrame(
        ask(company, "select order_id as order_number, line_number, discount_rate from fct_order_line")
    )
    rates = rates.with_columns(
        pl.col("order_number", "line_number").cast(pl.Int64), pl.col("discount_rate").cast(pl.Float64)
    )
    lines = truth(company, "lines").join(rates, on=["order_number", "line_number"])
    assert lines.height == truth(company, "lines").height
    assert lines.filter(pl.col("discount") > 0).height > 50
    rate = pl.col("discount") / pl.col("gross")
    # A tax of whole cents within the price moves the rate by less than a cent in the price.
    assert lines.filter((rate - pl.col("discount_rate")).abs() > 1 / pl.col("gross")).is_empty()


def test_money_that_moved(company: Settings) -> None:
    found = published(
        company,
        "select paid_on, currency_code, sum(greatest(moved_amount, 0)) * 100, sum(-least(moved_amount, 0)) * 100 "
        "from fct_payment group by all",
    )
    assert found == true_figures(truth(company, "totals"), DAY, ["payments", "refunds"])


def test_refunds_and_returns(company: Settings) -> None:
    refunds = truth(company, "refunds").with_columns(day=pl.col("created_at").cast(pl.Date))
    assert published(
        company,
        "select refunded_on, currency_code, count(*), sum(total_amount) * 100, sum(tax_amount) * 100 "
        "from fct_refund group by all",
    ) == true_figures(refunds.group_by(DAY).agg(pl.len(), pl.col("total", "tax").sum()), DAY, ["len", "total", "tax"])
    # What is refunded of cancelled orders never left, and is no return.
    lines = truth(company, "refund_lines").filter(pl.col("kind") != "cancel")
    lines = lines.with_columns(day=pl.col("created_at").cast(pl.Date))
    assert published(
        company,
        "select returned_on, count(*), sum(quantity), sum(net_amount) * 100 from fct_return_line group by all",
        1,
    ) == true_figures(
        lines.group_by("day").agg(pl.len(), pl.col("quantity", "net").sum()), ["day"], ["len", "quantity", "net"]
    )


def test_invoices_and_credit_memos(company: Settings) -> None:
    found = published(
        company,
        "select invoiced_on, currency_code, count(*) filter (invoice_type = 'sales_invoice'), "
        "sum(greatest(total_amount, 0)) * 100, sum(-least(total_amount, 0)) * 100 "
        "from intermediate.int_invoices__unioned where invoice_type like 'sales%' group by all",
    )
    assert found == true_figures(truth(company, "totals"), DAY, ["invoice_count", "invoices", "credit_memos"])


def test_shop_books_and_payments_differ_by_the_double_payments_and_what_is_on_its_way(company: Settings) -> None:
    orders = truth(company, "orders")
    live = orders["cancelled_at"].is_null()
    refunds = truth(company, "refunds").group_by("order_number").agg(pl.col("total").sum().alias("refunded"))
    # The books credit what comes back, also a parcel that was refused at the door and never paid.
    credits = (
        pl.concat(
            [
                truth(company, "refunds").filter(pl.col("kind") != "cancel").select("order_number", "total"),
                truth(company, "refusals").select("order_number", "total"),
            ]
        )
        .group_by("order_number")
        .agg(pl.col("total").sum().alias("credited"))
    )
    last = company_until(company)
    settled = truth(company, "payments").filter(~pl.col("is_failure") & (pl.col("settled_at").cast(pl.Date) <= last))
    sign = pl.when(pl.col("kind") == "refund").then(-1).when(pl.col("kind") == "authorization").then(0).otherwise(1)
    paid = settled.group_by("order_number").agg((pl.col("amount") * sign).sum().alias("paid"))
    expected = orders.with_columns(live.alias("is_live"))
    for frame in (refunds, credits, paid):
        expected = expected.join(frame, on="order_number", how="left")
    expected = expected.with_columns(pl.col("refunded", "credited", "paid").fill_null(0)).with_columns(
        owed=pl.when("is_live").then(pl.col("total") - pl.col("refunded")).otherwise(0),
        invoiced=pl.when(pl.col("first_shipped_at").cast(pl.Date) <= last).then("total").otherwise(0)
        - pl.col("credited"),
    )
    expected = expected.with_columns(
        open=pl.col("owed") - pl.col("paid"), uninvoiced=pl.col("owed") - pl.col("invoiced")
    )
    assert published(
        company, "select order_id, open_amount * 100, uninvoiced_amount * 100 from mart_payment_reconciliation", 1
    ) == true_figures(expected, ["order_number"], ["open", "uninvoiced"])

    double = truth(company, "payments").filter("is_planted").select("order_number", "amount")
    assert double.height > 1
    overpaid = published(
        company, "select order_id, -open_amount * 100 from mart_payment_reconciliation where open_amount < 0", 1
    )
    assert overpaid == true_figures(double, ["order_number"], ["amount"])
    waits = ask(
        company,
        "select count(*) as n from mart_payment_reconciliation where (open_amount > 0 or uninvoiced_amount <> 0) "
        "and order_status not in ('confirmed', 'open', 'shipped', 'partly_shipped')",
    )
    assert waits == [{"n": "0"}]


def company_until(company: Settings) -> object:
    """The last day that the truth knows."""
    return truth(company, "stock")["stock_on"].max()


def test_control_totals_tie_out_from_raw_to_marts(company: Settings) -> None:
    totals = ask(
        company,
        "select control, sum(abs(difference)) as off, count(*) as n from ops.control_total "
        "where run_id = (select run_id from ops.run order by started_at desc limit 1) group by all order by 1",
    )
    assert [row["control"] for row in totals] == [
        "netsuite.goods_receipts",
        "netsuite.purchase_order_lines",
        "production.production_operations",
        "production.production_orders",
        "shopify.payments",
        "shopify.refunds",
        "shopify.return_lines",
        "shopify.sales_order_lines",
        "wms.goods_receipts",
        "wms.stock_movements",
        "zendesk.tickets",
    ]
    assert {float(row["off"]) for row in totals} == {0.0}

"""Goods equal the truth to the piece: stock at each month's end, receipts, orders to suppliers and to the own factory."""

import polars as pl
import pytest
from books import published, true_figures, truth
from weft_command import ask

from warehouse.settings import Settings


@pytest.fixture(params=["fashion", "fashion_next_day"])
def company(request: pytest.FixtureRequest) -> Settings:
    """The company on its last day, and a day later."""
    found: Settings = request.getfixturevalue(request.param)
    return found


def test_stock_by_sku_and_warehouse_at_each_month_end(company: Settings) -> None:
    days = ", ".join(f"date '{day}'" for day in truth(company, "stock")["stock_on"].unique())
    found = published(
        company,
        "select inventory_on, sku, warehouse_id, sum(quantity_on_hand) from fct_inventory_daily as stock "
        "join (select distinct product_key, sku from dim_product) using (product_key) join dim_warehouse using (warehouse_key) "
        f"where inventory_on in ({days}) group by all",
        3,
    )
    assert found == true_figures(truth(company, "stock"), ["stock_on", "sku", "warehouse"], ["quantity"])
    assert min(values[0] for values in found.values()) > 0


def test_movements_explain_every_change_of_stock(company: Settings) -> None:
    assert ask(
        company,
        "select sum(abs(unexplained_quantity)) as off, count(*) > 100 as many from mart_stock_reconciliation where is_covered",
    ) == [{"off": "0.0000", "many": "true"}]


def test_receipts_and_what_they_cost_landed(company: Settings) -> None:
    receipts = truth(company, "receipts")
    found = published(
        company,
        "select received_on, sum(received_quantity), sum(rejected_quantity) from fct_goods_receipt group by all",
        1,
    )
    assert found == true_figures(
        receipts.group_by("received_on").agg(pl.col("received", "rejected").sum()),
        ["received_on"],
        ["received", "rejected"],
    )


def test_lines_bear_the_charges_that_brought_them_in(company: Settings) -> None:
    allocated = pl.DataFrame(
        ask(
            company,
            "select purchase_order_id as po, line_number as line, charge_type, charge.currency_code as currency, "
            "cast(sum(amount) * 100000000 as bigint) as found from intermediate.int_landed_cost_charges__allocated as charge "
            "join intermediate.int_purchase_order_lines__unioned using (purchase_order_line_key) group by all",
        )
    ).with_columns(pl.col("line", "found").cast(pl.Int64))
    shares = truth(company, "landed_cost_lines").with_columns(po=pl.format("PO-{}", "po"))
    both = shares.join(allocated, on=["po", "line", "charge_type", "currency"], how="full", coalesce=True)
    assert both.height == shares.height
    # Shares are decimals of a division; a hundredth of a cent is none.
    assert both.filter(((pl.col("share") - pl.col("found")).abs() > 10_000).fill_null(True)).is_empty()
    assert allocated["found"].sum() == shares["share"].sum()
    [landed] = ask(
        company,
        "select count(*) as lines, count(*) filter (landed_amount <> goods_amount + freight_amount + insurance_amount "
        "+ duty_amount + brokerage_amount + handling_amount + other_amount) as off, "
        "count(*) filter (duty_amount > 0) > 100 as dutiable from fct_landed_cost",
    )
    [bought] = ask(company, "select count(*) as lines from fct_purchase_order_line")
    assert landed == {"lines": bought["lines"], "off": "0", "dutiable": "true"}


def test_products_have_their_prices_and_suppliers_their_countries(company: Settings) -> None:
    assert ask(
        company,
        "select count(*) as products, count(list_price) as priced, count(standard_cost) as valued from dim_product "
        "where product_key <> '00000000000000000000000000000000'",
    ) == [dict.fromkeys(("products", "priced", "valued"), str(truth(company, "products").height))]
    assert ask(
        company,
        "select count(*) as n from dim_supplier where country_code is null "
        "and supplier_key <> '00000000000000000000000000000000'",
    ) == [{"n": "0"}]


def test_parcels_arrive_on_their_day(company: Settings) -> None:
    """The shop tells of the departure, the carriers of the arrival."""
    last = truth(company, "stock")["stock_on"].max()
    parcels = truth(company, "parcels").with_columns(day=pl.col("delivered_at").cast(pl.Date))
    arrived = parcels.filter(pl.col("lost_at").is_null() & (pl.col("day") <= last))
    found = published(
        company, "select delivered_on, count(*) from fct_shipment where delivered_on is not null group by all", 1
    )
    assert sum(n for (n,) in found.values()) <= arrived.height
    assert sum(n for (n,) in found.values()) > 0.99 * arrived.height


def test_production_orders(company: Settings) -> None:
    orders = truth(company, "production_orders")
    assert published(company, "select 'all', count(*), sum(ordered_quantity) from fct_production_order", 1) == {
        ("all",): (orders.height, orders["quantity"].sum())
    }


def test_tickets(company: Settings) -> None:
    tickets = truth(company, "tickets").with_columns(day=pl.col("opened_at").cast(pl.Date))
    assert published(company, "select opened_on, count(*) from fct_ticket group by all", 1) == true_figures(
        tickets.group_by("day").len(), ["day"], ["len"]
    )

"""The published figures are the export's: counted here from the shipped files with Python's csv and Decimal alone."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

import polars as pl
import pytest
from weft_command import ask

from warehouse.settings import Settings


def exported(settings: Settings, system: str, entity: str, delimiter: str) -> Iterator[list[str]]:
    path = settings.root / "inbox" / system / f"{entity}.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        yield from csv.reader(text, delimiter=delimiter)


def test_every_sales_order_line_is_there_and_revenue_equals_the_export_to_the_cent(aw_published: Settings) -> None:
    rows = exported(aw_published, "aw_erp", "sales_order_detail", ";")
    header = next(rows)
    lines, revenue, by_order = set(), Decimal(0), defaultdict(Decimal)
    for row in (dict(zip(header, values, strict=True)) for values in rows):
        lines.add(row["sales_order_detail_id"])
        amount = int(row["order_qty"]) * Decimal(row["unit_price"]) * (1 - Decimal(row["percentage_discount"]))
        revenue += amount
        by_order[row["sales_order_id"]] += amount
    [answer] = ask(
        aw_published,
        "select count(*) as lines, count(distinct order_line_key) as keys, sum(net_amount) as net "
        "from marts.fct_order_line",
    )
    assert int(answer["lines"]) == int(answer["keys"]) == len(lines) == 60_173
    assert Decimal(answer["net"]) == revenue
    assert f"{revenue:.2f}" == "26629238.68"
    published = ask(aw_published, "select order_id, net_amount from marts.mart_order")
    assert {row["order_id"]: Decimal(row["net_amount"]) for row in published} == dict(by_order)


def test_orders_keep_their_customer_tax_and_freight(aw_published: Settings) -> None:
    rows = exported(aw_published, "aw_erp", "sales_order_header", ";")
    header = next(rows)
    orders = [dict(zip(header, values, strict=True)) for values in rows]
    published = {
        row["order_id"]: row
        for row in ask(aw_published, "select order_id, ordered_on, tax_amount, freight_amount from marts.mart_order")
    }
    assert len(orders) == len(published) == 27_565
    for order in orders:
        row = published[order["sales_order_id"]]
        assert row["ordered_on"] == order["order_date"]
        assert Decimal(row["tax_amount"]) == Decimal(order["tax_amount"])
        assert Decimal(row["freight_amount"]) == Decimal(order["freight"])


def test_purchase_orders_and_receipts_equal_the_export(aw_published: Settings) -> None:
    rows = list(exported(aw_published, "aw_scm", "purchase_order_detail", "\t"))
    # Columns as in the export's DDL: 3 ordered, 5 unit price, 7 received, 8 rejected, 9 stocked.
    ordered = sum(Decimal(row[3]) for row in rows)
    amount = sum(Decimal(row[3]) * Decimal(row[5]) for row in rows)
    received, rejected, stocked = (sum(Decimal(row[i]) for row in rows) for i in (7, 8, 9))
    [lines] = ask(
        aw_published,
        "select count(*) as lines, count(distinct purchase_order_id) as orders, sum(ordered_quantity) as ordered, "
        "sum(net_amount) as amount from marts.fct_purchase_order_line",
    )
    assert (int(lines["lines"]), int(lines["orders"])) == (len(rows), 4012) == (8845, 4012)
    assert Decimal(lines["ordered"]) == ordered
    assert Decimal(lines["amount"]) == amount
    [receipts] = ask(
        aw_published,
        "select sum(received_quantity) as received, sum(rejected_quantity) as rejected, "
        "sum(stocked_quantity) as stocked from marts.fct_goods_receipt",
    )
    assert (Decimal(receipts["received"]), Decimal(receipts["rejected"]), Decimal(receipts["stocked"])) == (
        received,
        rejected,
        stocked,
    )


def test_production_hours_by_work_centre_equal_the_export(aw_published: Settings) -> None:
    export = pl.read_parquet(aw_published.root / "inbox" / "aw_erp" / "work_order_routing.parquet")
    expected = {
        str(location): Decimal(hours)
        for location, hours in export.group_by("location_id").agg(pl.col("actual_resource_hrs").sum()).iter_rows()
    }
    published = ask(
        aw_published,
        "select w.work_centre_id, sum(o.actual_hours) as hours from marts.fct_production_operation o "
        "join marts.dim_work_centre w using (work_centre_key) group by all",
    )
    assert {row["work_centre_id"]: Decimal(row["hours"]) for row in published} == expected
    assert sum(expected.values()) == Decimal("228962.2")
    [weekly] = ask(aw_published, "select sum(actual_hours) as hours from marts.mart_production")
    assert Decimal(weekly["hours"]) == Decimal("228962.2")


@pytest.mark.parametrize(
    ("fact", "dimension", "key"),
    [
        ("fct_order_line", "dim_customer", "customer_version_key"),
        ("fct_order_line", "dim_product", "product_version_key"),
        ("fct_order_line", "dim_geography", "geography_key"),
        ("fct_purchase_order_line", "dim_supplier", "supplier_key"),
        ("fct_inventory_daily", "dim_warehouse", "warehouse_key"),
        ("fct_shipment", "dim_carrier", "carrier_key"),
        ("fct_production_operation", "dim_work_centre", "work_centre_key"),
    ],
)
def test_joining_a_fact_to_its_dimension_neither_loses_nor_doubles_rows(
    aw_published: Settings, fact: str, dimension: str, key: str
) -> None:
    [answer] = ask(
        aw_published,
        f"select (select count(*) from marts.{fact}) as alone, count(*) as joined "
        f"from marts.{fact} join marts.{dimension} using ({key})",
    )
    assert int(answer["alone"]) == int(answer["joined"]) > 0


def test_control_totals_are_stored_and_tie_out(aw_published: Settings) -> None:
    totals = ask(
        aw_published,
        "select entity, measure, count(*) as rows, sum(abs(difference)) as difference "
        "from ops.control_total group by all",
    )
    assert {row["entity"] for row in totals} >= {
        "sales_order_lines",
        "purchase_order_lines",
        "goods_receipts",
        "production_operations",
    }
    assert all(Decimal(row["difference"]) == 0 for row in totals)

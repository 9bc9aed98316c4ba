"""NetSuite: what is published equals what a person counts in the exports, document by document.

The figures are counted from the CSV files of `fixtures/netsuite` with a few lines of Python that share nothing with the models.
"""

import csv
import os
import shutil
from collections import defaultdict
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from weft_command import ask, run_weft

from extractors.landing import land_system
from extractors.pack import load_pack
from warehouse.settings import Settings, load_settings

FIXTURES = Path(__file__).parent / "fixtures" / "netsuite"
# Column fixtures of dbt_netsuite (Fivetran, Apache-2.0), where they lie beside the checkout.
SHARED_DATA = Path(os.environ.get("WEFT_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
COLUMN_FIXTURES = SHARED_DATA / "fivetran" / "netsuite"

SALES = ("SalesOrd", "CustInvc", "CashSale", "CustCred", "CustPymt")
GOODS = ("InvtPart", "NonInvtPart", "Kit", "Service")

Row = dict[str, str]


def exported(table: str) -> list[Row]:
    """The rows of a file that are neither deleted nor an earlier version."""
    with (FIXTURES / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if row.get("_fivetran_deleted") != "TRUE" and row.get("_fivetran_active") != "FALSE"]


@cache
def documents() -> dict[str, Row]:
    return {row["id"]: row for row in exported("transaction")}


@cache
def lines() -> dict[str, list[Row]]:
    """Live lines of live documents, by document."""
    found = defaultdict(list)
    for line in exported("transaction_line"):
        if line["transaction"] in documents():
            found[line["transaction"]].append(line)
    return found


def of_type(*types: str) -> list[Row]:
    return [document for document in documents().values() if document["type"] in types]


def is_copied(document: Row) -> bool:
    return any(document[column].lower().startswith("shopify") for column in ("externalid", "source"))


def main_line(document: Row) -> Row:
    [line] = [line for line in lines()[document["id"]] if line["mainline"] == "T"]
    return line


def total(document: Row) -> Decimal:
    """What is to be paid, as on the document: sales are booked as a debit of the main line, purchases as a credit."""
    amount = Decimal(main_line(document)["foreignamount"])
    return amount if document["type"] in SALES else -amount


def tax(document: Row) -> Decimal:
    amount = sum(
        (Decimal(line["foreignamount"]) for line in lines()[document["id"]] if line["taxline"] == "T"), Decimal()
    )
    return -amount if document["type"] in SALES else amount


def goods(document: Row) -> list[Row]:
    return [
        line
        for line in lines()[document["id"]]
        if line["itemtype"] in GOODS and line["iscogs"] == "F" and not line["kitmemberof"]
    ]


def sku_of(line: Row) -> str:
    [item] = [item for item in exported("item") if item["id"] == line["item"]]
    return item["itemid"]


def test_orders_entered_in_netsuite_are_published_and_a_shops_are_not(packs_published: Settings) -> None:
    own = {order["tranid"] for order in of_type("SalesOrd") if not is_copied(order)}
    copied = {order["tranid"] for order in of_type("SalesOrd") if is_copied(order)}
    assert len(own) == 8
    assert len(copied) == 5
    offered = ask(packs_published, "SELECT order_id FROM staging.stg_netsuite__sales_orders WHERE NOT is_deleted")
    sold = ask(packs_published, "SELECT DISTINCT order_id FROM fct_order_line WHERE source_system = 'netsuite'")
    assert {row["order_id"] for row in offered} == own
    assert {row["order_id"] for row in sold} == own


def test_the_lines_of_every_order_add_up_to_its_total_without_tax(packs_published: Settings) -> None:
    published = ask(
        packs_published,
        "SELECT order_id, currency_code, sum(net_amount) AS net, sum(freight_amount) AS freight, sum(tax_amount) AS tax "
        "FROM fct_order_line WHERE source_system = 'netsuite' GROUP BY ALL",
    )
    orders = {order["tranid"]: order for order in of_type("SalesOrd") if not is_copied(order)}
    assert {row["order_id"] for row in published} == set(orders)
    for row in published:
        order = orders[row["order_id"]]
        assert Decimal(row["net"]) + Decimal(row["freight"]) == total(order) - tax(order), row
        assert Decimal(row["tax"]) == tax(order), row


def test_order_lines_are_goods_with_the_quantities_that_were_sold(packs_published: Settings) -> None:
    published = ask(
        packs_published,
        "SELECT order_id, sku, quantity FROM fct_order_line AS f JOIN dim_product AS p USING (product_version_key) "
        "WHERE f.source_system = 'netsuite'",
    )
    counted = [
        (order["tranid"], sku_of(line), -Decimal(line["quantity"]))
        for order in of_type("SalesOrd")
        if not is_copied(order)
        for line in goods(order)
    ]
    assert len(counted) == 13
    assert sorted((row["order_id"], row["sku"], Decimal(row["quantity"])) for row in published) == sorted(counted)


def test_purchase_orders_keep_their_currency_amount_and_status(packs_published: Settings) -> None:
    published = ask(
        packs_published,
        "SELECT purchase_order_id, status, currency_code, supplier_id, sum(ordered_quantity) AS quantity, "
        "sum(net_amount) AS net FROM fct_purchase_order_line JOIN dim_supplier USING (supplier_key) "
        "WHERE fct_purchase_order_line.source_system = 'netsuite' GROUP BY ALL",
    )
    currencies = {row["id"]: row["symbol"] for row in exported("currency")}
    vendors = {row["id"]: row["entityid"] for row in exported("vendor")}
    statuses = {
        "PO-20001": "complete", "PO-20002": "partly_received", "PO-20003": "rejected", "PO-20004": "complete",
        "PO-20005": "approved", "PO-20006": "partly_received", "PO-20007": "pending", "PO-20008": "cancelled",
        # Closed after a part of it had come.
        "PO-20009": "complete",
    }  # fmt: skip
    counted = {
        order["tranid"]: (
            statuses[order["tranid"]],
            currencies[order["currency"]],
            vendors[order["entity"]],
            sum(Decimal(line["quantity"]) for line in goods(order)),
            sum(Decimal(line["foreignamount"]) for line in goods(order)),
        )
        for order in of_type("PurchOrd")
    }
    assert {currency for _, currency, *_ in counted.values()} == {"EUR", "USD", "CNY"}
    assert counted == {
        row["purchase_order_id"]: (
            row["status"], row["currency_code"], row["supplier_id"], Decimal(row["quantity"]), Decimal(row["net"]),
        )
        for row in published
    }  # fmt: skip


def test_the_sums_of_a_purchase_order_are_those_on_the_document(packs_published: Settings) -> None:
    published = ask(packs_published, "SELECT * FROM staging.stg_netsuite__purchase_orders WHERE NOT is_deleted")
    orders = {order["tranid"]: order for order in of_type("PurchOrd")}
    assert len(published) == len(orders)
    for row in published:
        order = orders[row["purchase_order_id"]]
        assert Decimal(row["total_amount"]) == total(order)
        assert Decimal(row["tax_amount"]) == tax(order)
        assert Decimal(row["subtotal_amount"]) + Decimal(row["freight_amount"]) == total(order) - tax(order)


def test_receipts_tell_what_came_on_which_line_and_what_was_rejected(packs_published: Settings) -> None:
    published = ask(
        packs_published,
        "SELECT purchase_order_id, line_number, r.received_on, sum(r.received_quantity) AS received, "
        "sum(r.rejected_quantity) AS rejected FROM fct_goods_receipt AS r JOIN fct_purchase_order_line AS l "
        "USING (purchase_order_line_key) WHERE r.source_system = 'netsuite' GROUP BY ALL",
    )
    # 10 went to the quarantine location, 12 were rejected on the receipt; the return of a customer is no receipt.
    expected = {
        ("PO-20001", "1", "2026-09-29"): (200, 0),
        ("PO-20001", "2", "2026-09-29"): (140, 0),
        ("PO-20001", "2", "2026-10-06"): (10, 10),
        ("PO-20002", "1", "2026-10-19"): (180, 12),
        ("PO-20004", "1", "2026-10-14"): (120, 0),
        ("PO-20006", "1", "2026-10-28"): (60, 0),
        ("PO-20006", "2", "2026-10-28"): (40, 0),
        ("PO-20009", "1", "2026-10-30"): (25, 0),
    }
    assert expected == {
        (row["purchase_order_id"], row["line_number"], row["received_on"]): (
            Decimal(row["received"]),
            Decimal(row["rejected"]),
        )
        for row in published
    }
    counted = sum(
        Decimal(line["quantity"])
        for receipt in of_type("ItemRcpt")
        for line in goods(receipt)
        if documents()[line["createdfrom"]]["type"] == "PurchOrd"
    )
    assert counted == sum(received for received, _ in expected.values())


def test_what_is_open_on_an_order_is_what_did_not_come(packs_published: Settings) -> None:
    published = ask(
        packs_published,
        "SELECT purchase_order_id, sum(open_quantity) AS open, sum(stocked_quantity) AS stocked "
        "FROM fct_purchase_order_line WHERE source_system = 'netsuite' GROUP BY ALL",
    )
    found = {row["purchase_order_id"]: (Decimal(row["open"]), Decimal(row["stocked"])) for row in published}
    assert found["PO-20002"] == (120 + 300, 168)
    assert found["PO-20006"] == (40 + 50, 100)
    assert found["PO-20001"] == (0, 340)
    # Nothing more is expected of a rejected, a cancelled, and a closed order.
    assert [found[number][0] for number in ("PO-20003", "PO-20008", "PO-20009")] == [0, 0, 0]


def test_invoices_say_what_the_books_say(packs_published: Settings) -> None:
    published = ask(
        packs_published, "SELECT * FROM intermediate.int_invoices__unioned WHERE source_system = 'netsuite'"
    )
    found = {row["source_id"]: row for row in published if row["is_deleted"].lower() == "false"}
    kinds = {
        "CustInvc": "sales_invoice", "CashSale": "sales_invoice", "CustCred": "sales_credit_note",
        "VendBill": "purchase_invoice", "VendCred": "purchase_credit_note",
    }  # fmt: skip
    counted = of_type(*kinds)
    assert len(counted) == 24
    assert set(found) == {invoice["id"] for invoice in counted}
    for invoice in counted:
        row = found[invoice["id"]]
        assert row["invoice_type"] == kinds[invoice["type"]]
        assert row["invoice_id"] == invoice["tranid"]
        assert Decimal(row["total_amount"]) == total(invoice)
        assert Decimal(row["tax_amount"]) == tax(invoice)
        assert Decimal(row["net_amount"]) == total(invoice) - tax(invoice)
        assert (row["customer_key"] == "") == invoice["type"].startswith("Vend")
        assert (row["supplier_key"] == "") != invoice["type"].startswith("Vend")
    status = {row["invoice_id"]: row["status"] for row in found.values()}
    assert status["INV-30001"] == "paid"
    assert status["INV-30002"] == "open"
    assert [status[number] for number in ("INV-30004", "INV-30005")] == ["cancelled", "cancelled"]
    assert all(Decimal(row["total_amount"]) < 0 for row in found.values() if "credit" in row["invoice_type"])


def test_bills_of_forwarders_and_brokers_are_charges_on_the_orders_that_they_are_for(packs_published: Settings) -> None:
    published = ask(
        packs_published,
        "SELECT c.source_id, o.purchase_order_id, l.line_number, c.charge_type, c.amount, c.currency_code "
        "FROM intermediate.int_landed_cost_charges__unioned AS c "
        "LEFT JOIN intermediate.int_purchase_orders__unioned AS o USING (purchase_order_key) "
        "LEFT JOIN intermediate.int_purchase_order_lines__unioned AS l USING (purchase_order_line_key) "
        "WHERE c.source_system = 'netsuite' AND NOT c.is_deleted",
    )
    found = {
        row["source_id"]: (row["purchase_order_id"], row["line_number"], row["charge_type"], Decimal(row["amount"]))
        for row in published
    }
    assert found == {
        "70063-1": ("PO-20001", "", "freight", Decimal("180.00")),
        "70063-2": ("PO-20001", "", "insurance", Decimal("12.50")),
        # By the link to the receipt.
        "70063-3": ("PO-20002", "", "freight", Decimal("240.00")),
        "70064-1": ("PO-20002", "1", "duty", Decimal("96.40")),
        "70064-2": ("PO-20002", "", "vat", Decimal("300.10")),
        "70064-3": ("PO-20002", "", "brokerage", Decimal("45.00")),
        # By the order that the bill was created from.
        "70065-1": ("PO-20009", "", "handling", Decimal("15.00")),
        "70066-1": ("PO-20001", "", "freight", Decimal("-20.00")),
    }
    filed = [
        line for bill in of_type("VendBill", "VendCred") if bill["tranid"] != "FW-302" for line in lines()[bill["id"]]
    ]
    assert {f"{line['transaction']}-{line['id']}" for line in filed if line["landedcostcategory"]} == set(found)
    assert {row["currency_code"] for row in published} == {"EUR"}


def test_charges_make_goods_dearer_to_the_cent_and_import_vat_does_not(packs_published: Settings) -> None:
    published = ask(
        packs_published,
        "SELECT purchase_order_id, sum(f.freight_amount_reporting) AS freight, sum(f.insurance_amount_reporting) AS insurance, "
        "sum(f.duty_amount_reporting) AS duty, sum(f.vat_amount_reporting) AS vat, "
        "sum(f.landed_amount_reporting - f.goods_amount_reporting) AS dearer "
        "FROM fct_landed_cost AS f JOIN fct_purchase_order_line AS l USING (purchase_order_line_key) "
        "WHERE f.source_system = 'netsuite' AND purchase_order_id IN ('PO-20001', 'PO-20002') GROUP BY ALL",
    )
    found = {row.pop("purchase_order_id"): {name: Decimal(value) for name, value in row.items()} for row in published}
    expected = {"freight": Decimal(160), "insurance": Decimal("12.5"), "duty": 0, "vat": 0, "dearer": Decimal("172.5")}
    assert found["PO-20001"] == expected
    # The forwarder's bill takes the place of the freight that the order itself tells of.
    assert found["PO-20002"] == {
        "freight": Decimal(240), "insurance": 0, "duty": Decimal("96.4"), "vat": Decimal("300.1"), "dearer": Decimal("381.4"),
    }  # fmt: skip


def test_the_books_of_a_web_order_are_found_by_the_shops_number(packs_published: Settings) -> None:
    published = ask(
        packs_published,
        "SELECT order_number, order_key, sum(total_amount) AS total FROM intermediate.int_invoices__unioned "
        "WHERE source_system = 'netsuite' AND order_number SIMILAR TO '[0-9]+' GROUP BY ALL",
    )
    found = {row["order_number"]: Decimal(row["total"]) for row in published}
    by_number = {document["tranid"]: total(document) for document in of_type(*SALES)}
    assert found == {
        # One of two tops came back.
        "100123": by_number["INV-30011"] + by_number["CM-50001"],
        "100124": by_number["INV-30012"],
        "100125": by_number["INV-30013"],
        "100130": by_number["INV-30014"],
        "100131": by_number["CS-40001"],
    }
    [key] = ask(packs_published, "SELECT md5('order_number|order|100124') AS key")
    assert {row["order_key"] for row in published if row["order_number"] == "100124"} == {key["key"]}


def test_payments_come_to_what_customers_paid_and_leave_the_shops_to_the_shop(packs_published: Settings) -> None:
    published = ask(packs_published, "SELECT * FROM staging.stg_netsuite__payments ORDER BY source_id")
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for row in published:
        paid[row["payment_id"]] += Decimal(row["amount"])
    by_number = {payment["tranid"]: total(payment) for payment in of_type("CustPymt")}
    # One pays the invoice of a web order, one was copied from the shop.
    assert {number: by_number[number] for number in set(by_number) - {"PYM-904", "PYM-905"}} == paid
    assert {row["payment_type"] for row in published} == {"customer_payment"}
    assert [(row["invoice_id"], Decimal(row["amount"])) for row in published if row["payment_id"] == "PYM-902"] == [
        ("", Decimal(200)),
        ("INV-30002", Decimal(1800)),
    ]
    status = {row["payment_id"]: row["status"] for row in published}
    assert (status["PYM-901"], status["PYM-903"], status["PYM-906"]) == ("succeeded", "pending", "failed")


def test_what_was_deleted_is_kept_as_such_and_counts_nowhere(packs_published: Settings) -> None:
    deleted = ask(
        packs_published,
        "SELECT order_id AS number FROM staging.stg_netsuite__sales_orders WHERE is_deleted "
        "UNION SELECT purchase_order_id FROM staging.stg_netsuite__purchase_orders WHERE is_deleted "
        "UNION SELECT invoice_id FROM staging.stg_netsuite__invoices WHERE is_deleted "
        "UNION SELECT supplier_id FROM staging.stg_netsuite__suppliers WHERE is_deleted "
        "UNION SELECT warehouse_id FROM staging.stg_netsuite__warehouses WHERE is_deleted",
    )
    assert {row["number"] for row in deleted} == {"SO-5009", "PO-20010", "INV-30015", "V-105", "WH-OLD"}
    assert ask(packs_published, "SELECT 1 FROM fct_order_line WHERE order_id = 'SO-5009'") == []
    # A line that was taken off an order that lives on.
    taken_off = ask(
        packs_published, "SELECT line_number FROM fct_purchase_order_line WHERE purchase_order_id = 'PO-20005'"
    )
    assert taken_off == [{"line_number": "1"}]


def test_warehouses_vendors_and_items_are_known_by_the_names_that_systems_share(packs_published: Settings) -> None:
    keys = ask(
        packs_published,
        "SELECT (SELECT count(*) FROM staging.stg_netsuite__warehouses WHERE warehouse_key = "
        "md5('warehouse_code|warehouse|' || warehouse_id) AND warehouse_id IN ('WH-RTM', 'WH-DXB', 'WH-EWR')) AS w, "
        "(SELECT count(*) FROM staging.stg_netsuite__suppliers WHERE supplier_key = "
        "md5('vendor_number|supplier|' || supplier_id)) AS s, "
        "(SELECT count(*) FROM staging.stg_netsuite__products WHERE product_key = md5('sku|product|' || sku)) AS p, "
        "(SELECT count(*) FROM staging.stg_netsuite__purchase_order_lines WHERE purchase_order_line_key = "
        "md5('po_number|purchase_order_line|' || purchase_order_id || '|' || line_number)) AS l",
    )
    assert keys == [{"w": "3", "s": "5", "p": "11", "l": "15"}]


def test_colours_and_sizes_are_products_of_their_style(packs_published: Settings) -> None:
    products = ask(
        packs_published,
        "SELECT sku, style_id, style_name, category_name, color, size FROM staging.stg_netsuite__products "
        "WHERE style_id IS NOT NULL",
    )
    styles = {item["id"]: item for item in exported("item") if item["matrixtype"] == "PARENT"}
    counted = {
        item["itemid"]: (styles[item["parent"]]["itemid"], item["custitem_color"], item["custitem_size"])
        for item in exported("item")
        if item["matrixtype"] == "CHILD"
    }
    assert counted == {row["sku"]: (row["style_id"], row["color"], row["size"]) for row in products}
    assert {row["category_name"] for row in products} == {"Dresses", "Tops"}
    assert ask(packs_published, "SELECT 1 FROM staging.stg_netsuite__products WHERE sku IN ('DRS-2001', 'VAT')") == []


def test_customers_are_those_who_bought_businesses_and_persons(packs_published: Settings) -> None:
    published = ask(
        packs_published, "SELECT customer_id, customer_type FROM staging.stg_netsuite__customers WHERE NOT is_deleted"
    )
    counted = {
        row["id"]: "person" if row["isperson"] == "T" else "business"
        for row in exported("customer")
        if row["searchstage"] == "Customer"
    }
    assert len(counted) == 5
    assert {row["customer_id"]: row["customer_type"] for row in published} == counted


def test_the_control_totals_are_those_of_the_export(packs_published: Settings) -> None:
    totals = ask(
        packs_published,
        "SELECT entity, measure, raw_value, mart_value, difference FROM ops.control_total "
        "WHERE system = 'netsuite' AND business_date IS NULL",
    )
    found = {(row["entity"], row["measure"]): (Decimal(row["raw_value"]), Decimal(row["difference"])) for row in totals}
    ordered = [line for order in of_type("PurchOrd") for line in goods(order)]
    received = [
        line
        for receipt in of_type("ItemRcpt")
        for line in goods(receipt)
        if documents()[line["createdfrom"]]["type"] == "PurchOrd"
    ]
    assert found == {
        ("purchase_order_lines", "rows"): (len(ordered), 0),
        ("purchase_order_lines", "quantity"): (sum(Decimal(line["quantity"]) for line in ordered), 0),
        ("purchase_order_lines", "net_amount"): (sum(Decimal(line["foreignamount"]) for line in ordered), 0),
        ("goods_receipts", "rows"): (len(received), 0),
        ("goods_receipts", "received"): (sum(Decimal(line["quantity"]) for line in received), 0),
    }


def test_a_file_of_another_table_is_not_taken_for_one_whose_name_begins_alike(tmp_path: Path) -> None:
    from extractors.deliveries import find_deliveries, unmatched_files

    inbox = tmp_path / "inbox" / "netsuite"
    inbox.mkdir(parents=True)
    ours = ["item.csv", "item_2026-11-20.csv.gz", "Transaction_Line-20261120.CSV", "accounting_period.csv"]
    others = ["item_vendor.csv", "transaction_status.csv", "customer_category.csv", "accounting_period_fiscal_cal.csv"]
    for name in ours + others:
        (inbox / name).touch()
    settings = _only_netsuite(tmp_path)
    found = {entity: [file.name for file in files] for entity, files in find_deliveries(settings, "netsuite").items()}
    assert sorted(unmatched_files(settings, "netsuite")) == sorted(others)
    assert sorted(found["item"]) == sorted(ours[:2])
    assert found["transaction_line"] == ours[2:3]
    assert found["accounting_period"] == ours[3:]


@pytest.mark.skipif(not COLUMN_FIXTURES.is_dir(), reason="the column fixtures of dbt_netsuite are not here")
def test_exports_with_exactly_fivetrans_columns_are_landed_and_mapped(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox" / "netsuite"
    inbox.mkdir(parents=True)
    counted = {}
    for entity in load_pack("netsuite").entities:
        seed = {"transaction_accounting_line": "tran_acct_line"}.get(entity, entity)
        file = COLUMN_FIXTURES / f"netsuite2_{seed}_data.csv"
        if file.exists():
            shutil.copy(file, inbox / f"{entity}.csv")
            with file.open(newline="", encoding="utf-8") as opened:
                counted[entity] = len(list(csv.DictReader(opened)))
    assert len(counted) == 14
    settings = _only_netsuite(tmp_path)
    results = land_system(settings, "netsuite", "columns")
    assert [result.status for result in results if result.status != "landed"] == []
    assert {result.entity: result.rows_landed for result in results} == counted
    built = run_weft(settings, "dbt", "build", "--select", "+fqn:weft.staging.netsuite", "--exclude", "test_type:unit")
    assert built.returncode == 0, built.stdout
    assert "ERROR=0" in built.stdout


def _only_netsuite(root: Path) -> Settings:
    (root / "weft.toml").write_text(
        '[company]\nid = "columns"\nname = "Columns"\n\n[run]\nthreads = 1\n\n'
        '[systems.netsuite]\npack = "netsuite"\ninbox = "inbox/netsuite"\n',
        encoding="utf-8",
    )
    return load_settings(root / "weft.toml")

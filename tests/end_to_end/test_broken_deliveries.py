"""What goes wrong with a day's files: each thing gives the message a person needs, and nothing is lost."""

import gzip
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from weft_command import ask

from warehouse.publication import list_publications
from warehouse.settings import Settings

Weft = Callable[..., CompletedProcess[str]]
TOMORROW = "2026-11-25"


def exported(settings: Settings, system: str, entity: str) -> bytes:
    return gzip.decompress((settings.root / "inbox" / system / f"{entity}.csv.gz").read_bytes())


def deliver(settings: Settings, system: str, name: str, content: bytes) -> Path:
    path = settings.root / "inbox" / system / name
    path.write_bytes(content)
    return path


@pytest.fixture
def bad_day(aw_published_copy: Settings) -> Settings:
    """AdventureWorks, published, with tomorrow's deliveries in the inbox."""
    settings = aw_published_copy
    detail = exported(settings, "aw_scm", "purchase_order_detail")
    deliver(settings, "aw_scm", f"purchase_order_detail_{TOMORROW}.csv", detail[: len(detail) // 2 - 20])
    customers = exported(settings, "aw_crm", "customer").decode("utf-8")
    deliver(settings, "aw_crm", f"customer_{TOMORROW}.csv", customers.encode("cp1252", errors="replace"))
    header = exported(settings, "aw_erp", "sales_order_header").replace(b'"tax_amount"', b'"tax_amnt"', 1)
    deliver(settings, "aw_erp", f"sales_order_header_{TOMORROW}.csv", header)
    vendors = exported(settings, "aw_scm", "vendor").replace(b"Australia Bike Retailer", b"Australia Bike Retail", 1)
    deliver(settings, "aw_scm", f"vendor_{TOMORROW}.csv", vendors)
    deliver(settings, "aw_crm", f"sales_reason_{TOMORROW}.csv", b"")
    deliver(settings, "aw_erp", f"work_order_{TOMORROW}.parquet", b"")
    lines = exported(settings, "aw_erp", "sales_order_detail").decode("utf-8").splitlines(keepends=True)
    fields = lines[1000].split(";")
    fields[4] = '"two"'
    lines[1000] = ";".join(fields)
    deliver(settings, "aw_erp", f"sales_order_detail_{TOMORROW}.csv", "".join(lines).encode("utf-8"))
    return settings


def assert_line_is_quarantined(settings: Settings) -> None:
    rows = ask(settings, "select file_name, line, rule, column_name, value from ops.quarantine")
    assert rows == [
        {
            "file_name": f"sales_order_detail_{TOMORROW}.csv",
            "line": "1000",
            "rule": "quantity_present",
            "column_name": "order_qty",
            "value": "two",
        }
    ]
    [lines] = ask(settings, "select count(*) as n from marts.fct_order_line")
    assert lines["n"] == "60172"
    [total] = ask(
        settings,
        "select raw_value, mart_value, quarantined_value, superseded_value, difference from ops.control_total "
        "where entity = 'sales_order_lines' and measure = 'rows' and business_date is null "
        "and run_id = (select max_by(run_id, started_at) from ops.run)",
    )
    assert {name: float(value) for name, value in total.items()} == {
        "raw_value": 120_346,
        "mart_value": 60_172,
        "quarantined_value": 1,
        "superseded_value": 60_173,
        "difference": 0,
    }


def test_a_bad_day(bad_day: Settings, weft: Weft) -> None:
    before = list_publications(bad_day)[-1]
    run = weft(bad_day, "run")
    said = " ".join(run.stdout.split())
    assert run.returncode == 2, run.stdout + run.stderr

    # A truncated CSV: named with the record at which it breaks off.
    assert f"purchase_order_detail_{TOMORROW}.csv is cut off: its last record, line 4" in said
    # A wrong encoding: line, bytes, and what they mean in the encoding it probably is.
    assert f"customer_{TOMORROW}.csv, line" in said
    assert "are not utf-8. Read as Windows-1252" in said
    # A renamed column: file, column, and the likely new name.
    assert f"sales_order_header_{TOMORROW}.csv, line 1: The required column tax_amount is missing" in said
    assert "unknown column tax_amnt" in said
    # Empty files.
    assert f"sales_reason_{TOMORROW}.csv is empty (0 bytes)" in said
    assert f"work_order_{TOMORROW}.parquet is empty (0 bytes)" in said

    # The one good delivery among them was published: yesterday's vendors with one line changed.
    after = list_publications(bad_day)[-1]
    assert after.publication_id == before.publication_id + 1
    [load] = ask(
        bad_day, f"select status, rows_landed, message from ops.load where file_name = 'vendor_{TOMORROW}.csv'"
    )
    assert (load["status"], load["rows_landed"]) == ("landed", "104")
    assert "0 records added, 1 changed, 0 removed" in load["message"]
    [supplier] = ask(
        bad_day, "select count(*) as n from marts.dim_supplier where supplier_name = 'Australia Bike Retail'"
    )
    assert supplier["n"] == "1"

    # An order line without a number as its quantity is out of the marts, and every total still ties out.
    assert_line_is_quarantined(bad_day)

    # Nothing else moved: the last good deliveries of the others stay in use.
    assert {"dim_supplier", "fct_order_line"} <= set(after.changed_marts)
    untouched = {"fct_goods_receipt", "fct_production_order", "dim_customer", "fct_purchase_order_line"}
    assert untouched.isdisjoint(after.changed_marts)

    # What failed is on record, and `weft status` says so.
    failed = ask(bad_day, "select entity from ops.load where status = 'failed' order by entity")
    assert [row["entity"] for row in failed] == [
        "customer",
        "purchase_order_detail",
        "sales_order_header",
        "sales_reason",
        "work_order",
    ]
    status = weft(bad_day, "status")
    assert f"work_order_{TOMORROW}.parquet" in status.stdout

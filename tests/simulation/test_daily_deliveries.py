"""Deliveries of consecutive days add up to the whole."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from simulated_deliveries import SCALE, read_file, tables, truth

from simulation.simulate import simulate

BEFORE, DAYS = date(2026, 11, 24), 6
LAST = BEFORE + timedelta(days=DAYS)
# The whole table comes each time.
WHOLE = {"wms": {"warehouses", "stock"}, "production": None, "zendesk": {"ticket_tag"}, "ecb": None}
KEYS = {
    "shopify": {
        "customer_tag": ["customer_id", "index"], "discount_allocation": ["order_line_id", "index"], "tax_line": ["order_line_id", "index"],
        "discount_application": ["order_id", "index"], "order_discount_code": ["order_id", "index"], "product_tag": ["product_id", "index"],
        "order_shipping_tax_line": ["order_shipping_line_id", "index"], "fulfillment_order_line": ["fulfillment_id", "order_line_id"],
    },
    "netsuite": {
        "transaction_line": ["transaction", "id"], "transaction_accounting_line": ["accountingbook", "transaction", "transactionline"],
        "location_main_address": ["nkey"], "entity_address": ["nkey"],
    },
    "wms": {
        "receipts": ["receipt_number", "po_number", "line_number"], "moves": ["move_id"], "picks": ["pick_id"],
        "cycle_counts": ["count_number", "line_number"],
    },
    "web_sessions": {"web_sessions": ["session_id"]},
    "carrier_tracking": {"tracking": ["carrier_code", "tracking_number", "event_time", "event_code"]},
    "zendesk": {
        "ticket_field_history": ["ticket_id", "field_name", "updated"], "ticket_sla_policy": ["ticket_id", "sla_policy_id"],
        "sla_policy_metric_history": ["sla_policy_id", "metric", "priority"],
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A whole delivery followed by those of six days around Black Friday; and the whole at the end of them."""
    daily, whole = tmp_path_factory.mktemp("daily"), tmp_path_factory.mktemp("whole")
    simulate(daily, SCALE, 1, end=BEFORE, dirt=0)
    for number in range(1, DAYS + 1):
        simulate(daily, SCALE, 1, day=BEFORE + timedelta(days=number), dirt=0)
    simulate(whole, SCALE, 1, end=LAST, dirt=0)
    return daily, whole


def current(folder: Path, system: str, entity: str) -> pl.DataFrame:
    """The rows that hold after all deliveries: the newest of each key, or the newest file where a file is the whole table."""
    files = [read_file(path).drop("file") for path in sorted((folder / system).glob(f"{entity}_20*"))]
    whole = WHOLE.get(system, set())
    if whole is None or entity in whole:
        rows = files[-1]
        if entity == "stock":
            rows = rows.filter(pl.col("stock_on") == str(LAST))
    else:
        key = KEYS.get(system, {}).get(entity, ["id"])
        rows = pl.concat(files)
        rows = rows.unique(key, keep="last")
        for file in files:
            assert file.select(key).is_unique().all(), f"{system}.{entity} has a key twice in one delivery"
    rows = rows.select(name for name in rows.columns if name != "_fivetran_synced")
    return rows.sort(rows.columns)


def test_days_add_up_to_the_whole(deliveries: tuple[Path, Path]) -> None:
    daily, whole = deliveries
    assert tables(daily) == tables(whole)
    for system, entity in tables(whole):
        found, expected = current(daily, system, entity), current(whole, system, entity)
        assert found.equals(expected), f"{system}.{entity}: {found.height} rows by days, {expected.height} at once"


def test_a_day_brings_only_what_changed(deliveries: tuple[Path, Path]) -> None:
    daily, _ = deliveries
    everything = read_file(daily / "shopify" / f"order_{BEFORE}.csv.gz")
    one_day = read_file(daily / "shopify" / f"order_{LAST}.csv.gz")
    assert 0 < one_day.height < everything.height / 10
    assert one_day["updated_at"].str.starts_with(str(LAST)).all()
    assert one_day.filter(pl.col("created_at").str.head(10) < str(LAST)).height, "older orders change as well"


def test_some_events_arrive_after_they_happened(deliveries: tuple[Path, Path]) -> None:
    daily, _ = deliveries
    files = [path for path in (daily / "carrier_tracking").iterdir() if str(BEFORE) not in path.name]
    late = [read_file(path).filter(pl.col("event_time").str.head(10) < path.name[9:19]) for path in files]
    assert sum(rows.height for rows in late)


def test_the_truth_follows_the_days(deliveries: tuple[Path, Path]) -> None:
    daily, whole = deliveries
    for name in ("totals", "stock", "identities"):
        assert truth(daily, name).equals(truth(whole, name)), name

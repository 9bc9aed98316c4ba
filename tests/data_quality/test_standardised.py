"""A row that breaks a rule is found, named and set aside; a row that breaks none is not touched."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from canonical import CLEAN_ROWS, canonical_columns, clean_row, fill, own_row

from data_quality.gates import GateResult, gate_standardised
from data_quality.rules import ROW_RULES
from data_quality.rules.row_rule import RowRule
from warehouse.lake import connect_lake
from warehouse.settings import Settings, load_settings

# What breaks a rule, where the rule's name does not say it.
BREAKS: dict[str, dict[str, Any]] = {
    "currency_code_known": {"currency_code": "eur"},
    "shipped_not_before_ordered": {"shipped_on": date(2025, 5, 1)},
    "shipped_on_present": {"shipped_on": None, "delivered_on": None, "status": "shipped"},
    "quantity_not_zero": {"quantity": 0},
    "ordered_quantity_positive": {"ordered_quantity": 0},
    "discount_rate_in_range": {"discount_rate": 2},
    "product_known": {"product_key": "unheard-of"},
    "direction_known": {"direction": "sideways"},
    "validity_in_order": {"valid_to": date(2024, 1, 1)},
    "email_plausible": {"email": "amira at example"},
    "country_code_known": {"country_code": "United Arab Emirates"},
    "rate_positive": {"rate": 0},
    "rating_in_range": {"rating": 6},
    "received_within_order": {"received_quantity": 500},
    "rejected_within_received": {"rejected_quantity": 500},
    "actual_hours_readable": {"actual_hours": None},
    "ends_after_it_starts": {"actual_end_on": date(2025, 1, 1)},
    "campaigns.ends_after_it_starts": {"ended_on": date(2025, 1, 1)},
    "quantity_per_assembly_positive": {"quantity_per_assembly": 0},
    "payment_type_known": {"payment_type": "barter"},
    "amount_sign_plausible": {"amount": -1},
    "order_key_known": {"order_key": "unheard-of", "source_system": "elsewhere"},
    "purchase_order_key_known": {"purchase_order_key": "unheard-of"},
    "invoices.amount_sign_plausible": {"total_amount": -1},
    "invoice_type_known": {"invoice_type": "bill"},
    "invoices.parts_agree": {"total_amount": 6},
    "parts_agree": {"adjustment_amount": 6},
    "quantity_positive": {"quantity": 0},
    "currency_code_usable": {"currency_code": None},
    "order_line_key_known": {"order_line_key": "unheard-of"},
    "refund_key_known": {"refund_key": "unheard-of"},
    "returned_not_more_than_sold": {"quantity": 6},
    "charge_type_known": {"charge_type": "bribe"},
    "names_what_it_is_for": {"purchase_order_key": None, "purchase_order_line_key": None, "shipment_key": None},
    "movement_type_known": {"movement_type": "teleport"},
    "product_key_known": {"product_key": "unheard-of"},
    "shipment_named": {"shipment_key": None, "tracking_number": None},
    "shipment_key_awaited": {"shipment_key": "unheard-of"},
    "shipment_key_known": {"shipment_key": "unheard-of", "carrier_key": "whose parcels nobody knows"},
    "answered_after_it_was_opened": {"first_responded_at": datetime(2025, 5, 1)},
    "satisfaction_known": {"satisfaction": "meh"},
    "campaign_key_known": {"campaign_key": "unheard-of", "source_system": "elsewhere"},
    "probability_rate_in_range": {"probability_rate": Decimal("1.5")},
}


def breaking(rule: RowRule) -> dict[str, Any]:
    if f"{rule.entity}.{rule.name}" in BREAKS:
        return BREAKS[f"{rule.entity}.{rule.name}"]
    if rule.name in BREAKS:
        return BREAKS[rule.name]
    if rule.name.endswith(("_has_parent", "_delivered")):
        return {rule.column: "unheard-of"}
    if rule.name.endswith("_present"):
        return {rule.column: None}
    if rule.name.endswith("_not_negative"):
        return {rule.column: -1}
    if rule.name.endswith("_plausible"):
        return {rule.column: date(1925, 6, 1)}
    raise AssertionError(f"no example breaks {rule.entity}.{rule.name}")


@dataclass(frozen=True)
class Gated:
    settings: Settings
    result: GateResult
    quarantine: dict[tuple[str, str], dict[str, Any]]


def run_gate(settings: Settings, run_id: str) -> GateResult:
    return gate_standardised(settings, run_id, {entity: [f"stg_shop__{entity}"] for entity in canonical_columns()})


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gated]:
    folder = tmp_path_factory.mktemp("gated")
    settings = make_deployment(folder)
    with connect_lake(settings) as con:
        con.execute(
            "INSERT INTO ops.invalid_value VALUES ('r', 1, 'shop', 'lines', 'orders.csv', ?, 'qty', 'five', 'decimal')",
            [row_number("sales_order_lines", "quantity_present")],
        )
        for entity, columns in canonical_columns().items():
            rows = [
                {**own_row(columns, rule.name, row_number(entity, rule.name)), **breaking(rule)}
                for rule in ROW_RULES
                if rule.entity == entity
            ]
            fill(con, entity, rows)
    result = run_gate(settings, "run-1")
    with connect_lake(settings) as con:
        cursor = con.execute("SELECT * FROM ops.quarantine")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    yield Gated(settings, result, {(row["entity"], row["source_id"]): row for row in rows})


def row_number(entity: str, rule: str) -> int:
    names = [one.name for one in ROW_RULES if one.entity == entity]
    return CLEAN_ROWS + names.index(rule)


def make_deployment(folder: Path) -> Settings:
    (folder / "weft.toml").write_text(
        '[company]\nid = "tryout"\nname = "Tryout"\n[systems.shop]\npack = "aw_erp"\ninbox = "inbox"\n'
    )
    return load_settings(folder / "weft.toml")


@pytest.mark.parametrize("rule", ROW_RULES, ids=lambda rule: f"{rule.entity}.{rule.name}")
def test_each_rule_catches_its_row(gated: Gated, rule: RowRule) -> None:
    [check] = [one for one in gated.result.results if (one.subject, one.rule) == (rule.entity, rule.name)]
    assert not check.success
    quarantined = gated.quarantine.get((rule.entity, rule.name))
    if rule.severity == "warn":
        assert quarantined is None, "a warning takes no row away"
        return
    assert quarantined is not None
    assert quarantined["rule"] == rule.name
    assert quarantined["reason"] == rule.reason
    assert quarantined["file_name"] == "orders.csv"
    assert quarantined["line"] == row_number(rule.entity, rule.name)
    assert rule.name in quarantined["record"]


def test_clean_rows_are_left_alone(gated: Gated) -> None:
    assert not [source_id for _, source_id in gated.quarantine if source_id.startswith("clean")]


def test_a_value_that_could_not_be_read_is_shown_as_it_stands_in_the_file(gated: Gated) -> None:
    row = gated.quarantine["sales_order_lines", "quantity_present"]
    assert (row["column_name"], row["value"]) == ("qty", "five")


def test_bad_rows_do_not_keep_the_company_from_its_figures(gated: Gated) -> None:
    assert gated.result.passed


def test_what_hangs_on_a_quarantined_row_goes_along_and_duplicates_keep_their_first(tmp_path: Path) -> None:
    settings = make_deployment(tmp_path)
    columns = canonical_columns()
    orphaned = {"order_key": "order-9"}
    with connect_lake(settings) as con:
        for entity in columns:
            fill(con, entity, [])
        order = {**clean_row(columns["sales_orders"], "9", 900), **orphaned, "ordered_on": None}
        fill(con, "sales_orders", [order])
        line = {**clean_row(columns["sales_order_lines"], "9-1", 901), **orphaned}
        twin = clean_row(columns["sales_order_lines"], "clean-0", 902)
        fill(con, "sales_order_lines", [line, twin])
        shipment = {**own_row(columns["shipments"], "9-s", 903), **orphaned}
        fill(con, "shipments", [shipment])
    assert run_gate(settings, "run-1").passed
    with connect_lake(settings) as con:
        rows = con.execute("SELECT entity, source_id, line, rule FROM ops.quarantine ORDER BY line").fetchall()
    assert rows == [
        ("sales_orders", "9", 900, "ordered_on_present"),
        ("sales_order_lines", "9-1", 901, "parent_quarantined"),
        ("sales_order_lines", "clean-0", 902, "source_id_unique"),
        ("shipments", "9-s", 903, "parent_quarantined"),
    ]


def test_what_hangs_on_a_good_row_stays_though_a_bad_one_has_the_same_key(tmp_path: Path) -> None:
    settings = make_deployment(tmp_path)
    columns = canonical_columns()
    with connect_lake(settings) as con:
        for entity in columns:
            fill(con, entity, [])
        good = {**clean_row(columns["sales_orders"], "9", 900), "order_key": "9"}
        bad = {**clean_row(columns["sales_orders"], "9-again", 901), "order_key": "9", "ordered_on": None}
        fill(con, "sales_orders", [good, bad])
        fill(con, "sales_order_lines", [{**clean_row(columns["sales_order_lines"], "9-1", 902), "order_key": "9"}])
    assert run_gate(settings, "run-1").passed
    with connect_lake(settings) as con:
        rows = con.execute("SELECT entity, line FROM ops.quarantine").fetchall()
    assert rows == [("sales_orders", 901)]


def test_money_and_goods_that_moved_do_not_follow_a_quarantined_order(tmp_path: Path) -> None:
    settings = make_deployment(tmp_path)
    columns = canonical_columns()
    with connect_lake(settings) as con:
        for entity in columns:
            fill(con, entity, [])
        fill(
            con,
            "sales_orders",
            [{**clean_row(columns["sales_orders"], "9", 900), "order_key": "9", "ordered_on": None}],
        )
        fill(
            con, "shipments", [{**clean_row(columns["shipments"], "9-s", 901), "order_key": "9", "shipment_key": "9-s"}]
        )
        fill(con, "shipment_events", [{**clean_row(columns["shipment_events"], "9-e", 902), "shipment_key": "9-s"}])
        for number, entity in enumerate(("payments", "refunds", "return_lines"), start=903):
            fill(con, entity, [{**clean_row(columns[entity], f"9-{entity}", number), "order_key": "9"}])
    assert run_gate(settings, "run-1").passed
    with connect_lake(settings) as con:
        rows = con.execute("SELECT entity, source_id FROM ops.quarantine ORDER BY line").fetchall()
    assert rows == [("sales_orders", "9"), ("shipments", "9-s"), ("shipment_events", "9-e")]


def test_what_no_system_in_use_offers_is_not_missed(tmp_path: Path) -> None:
    settings = make_deployment(tmp_path)
    with connect_lake(settings) as con:
        fill(con, "payments", [])
    result = gate_standardised(settings, "run-1", {"payments": ["stg_shop__payments"]})
    checked = {one.rule for one in result.results if one.subject == "payments"}
    assert "amount_present" in checked
    assert "order_key_known" not in checked
    assert result.passed


def test_a_source_that_was_misunderstood_stops_the_run(tmp_path: Path) -> None:
    settings = make_deployment(tmp_path)
    columns = canonical_columns()
    with connect_lake(settings) as con:
        for entity in columns:
            fill(con, entity, [])
        bad = [{**own_row(columns["sales_orders"], f"b{n}", 1000 + n), "ordered_on": None} for n in range(40)]
        fill(con, "sales_orders", bad)
    result = run_gate(settings, "run-1")
    assert not result.passed
    [failure] = [one for one in result.failures if one.is_blocking]
    assert "40 of 100" in (failure.message or "")
    with connect_lake(settings) as con:
        stored = con.execute(
            "SELECT count(*) FROM ops.check_result WHERE severity = 'critical' AND NOT success"
        ).fetchone()
    assert stored == (1,)
    assert (settings.data_docs_dir / "index.html").is_file()
    assert "standardised/index.html" in (settings.data_docs_dir / "index.html").read_text()
    assert (settings.data_docs_dir / "standardised" / "index.html").is_file()

"""Every planted error is found and counted by its kind, and nothing else is taken for one."""

from collections import Counter

import polars as pl
import pytest
from books import truth
from weft_command import ask

from warehouse.settings import Settings

# What files of a table are called, where the pack calls the table otherwise.
ENTITIES = {
    "tracking": "event",
    "picks": "pick",
    "receipts": "receipt",
    "work_orders": "work_order",
    "operations": "operation",
}
RULES = {
    "decimal": "unreadable_number",
    "timestamp": "unreadable_date",
    "date": "unreadable_date",
    "parent": "orphan",
    "encoding": "wrong_encoding",
}
# Which planted rows would become rows of which canonical entities. A line of a document is a row of its own only in purchase
# orders, and a price that cannot be read belongs to a variant that another row tells of; both are found at the first gate.
QUARANTINED = {
    ("shopify", "order", "unreadable_date"): ["sales_orders"],
    ("shopify", "order_line", "orphan"): ["sales_order_lines"],
    ("shopify", "transaction", "orphan"): ["payments"],
    ("shopify", "transaction", "unreadable_number"): ["payments"],
    ("shopify", "refund", "orphan"): ["refunds"],
    ("wms", "receipt", "unreadable_number"): ["goods_receipts", "stock_movements"],
    ("wms", "pick", "unreadable_number"): ["stock_movements"],
    ("carrier_tracking", "event", "orphan"): ["shipment_events"],
    ("carrier_tracking", "event", "unreadable_date"): ["shipment_events"],
    ("production", "work_order", "unreadable_number"): ["production_orders"],
    ("production", "operation", "orphan"): ["production_operations"],
    ("salesforce", "lead", "unreadable_date"): ["leads"],
    ("salesforce", "campaign_member", "orphan"): ["campaign_touches"],
    ("zendesk", "ticket", "unreadable_date"): ["tickets", "ticket_events"],
    ("zendesk", "ticket_comment", "orphan"): ["ticket_events"],
}


@pytest.fixture(params=["fashion", "fashion_next_day"])
def company(request: pytest.FixtureRequest) -> Settings:
    """The company on its last day, and a day later."""
    found: Settings = request.getfixturevalue(request.param)
    return found


def planted(company: Settings, *kinds: str) -> pl.DataFrame:
    errors = truth(company, "planted_errors")
    return errors.filter(pl.col("kind").is_in(kinds)).with_columns(
        pl.col("entity").replace(ENTITIES), file=pl.col("file").str.split("/").list.last()
    )


def test_the_company_has_errors_of_every_kind(company: Settings) -> None:
    assert set(truth(company, "planted_errors")["kind"]) == {
        "orphan", "unreadable_number", "unreadable_date", "delivered_twice", "wrong_encoding", "test_order", "double_payment",
        "copied_interchange", "unreadable_interchange",
    }  # fmt: skip


def test_the_first_gate_lists_every_bad_cell_with_file_and_column_and_no_other(company: Settings) -> None:
    errors = planted(company, "orphan", "unreadable_number", "unreadable_date")
    # Whose parcel an event is about, another system says; that is found at the second gate.
    errors = errors.filter((pl.col("entity") != "event") | (pl.col("kind") != "orphan"))
    expected = Counter(errors.select("system", "file", "kind", "column").iter_rows())
    cells = ask(
        company,
        "select system, file_name, rule, column_name, count(*) as n from ops.invalid_value "
        "where rule <> 'encoding' group by all",
    )
    assert {
        (row["system"], row["file_name"], RULES[row["rule"]], row["column_name"]): int(row["n"]) for row in cells
    } == expected


def test_names_in_a_wrong_encoding_are_listed_with_their_record_and_no_other_names(company: Settings) -> None:
    found = set()
    for entity, key in (("shopify__order", "id"), ("shopify__customer", "id"), ("zendesk__user", "id")):
        system, _, table = entity.partition("__")
        rows = ask(
            company,
            f"select distinct raw.{key} as key from ops.invalid_value as cell join raw.{entity} as raw "
            "on cell.load_id = raw._load_id and cell.line = raw._row where cell.rule = 'encoding' "
            f"and cell.system = '{system}' and cell.entity = '{table}'",
        )
        found |= {(system, table, row["key"]) for row in rows}
    errors = planted(company, "wrong_encoding")
    assert found == set(errors.select("system", "entity", "key").iter_rows())


def test_bad_rows_are_in_quarantine_and_no_others(company: Settings) -> None:
    errors = planted(company, "orphan", "unreadable_number", "unreadable_date")
    # Production delivers whole tables, of which the newest one holds.
    newest = max(errors.filter(pl.col("system") == "production")["file"].str.extract(r"(\d{4}-\d{2}-\d{2})"))
    errors = errors.filter((pl.col("system") != "production") | pl.col("file").str.contains(newest, literal=True))
    expected: Counter[tuple[str, str, str]] = Counter()
    for system, entity, file, kind in errors.select("system", "entity", "file", "kind").iter_rows():
        for canonical in QUARANTINED.get((system, entity, kind), []):
            expected[system, canonical, file] += 1
    rows = ask(company, "select system, entity, file_name, line, column_name from ops.quarantine")
    found = Counter((row["system"], row["entity"], row["file_name"]) for row in rows)
    # The two tables whose rows become one entity or another, or none.
    apart = {"purchase_orders", "purchase_order_lines", "invoices", "landed_cost_charges"}
    documents = sum(n for (_, entity, _), n in found.items() if entity in {"purchase_orders", "invoices"})
    assert documents == errors.filter((pl.col("entity") == "transaction") & (pl.col("system") == "netsuite")).height
    lines = sum(n for (_, entity, _), n in found.items() if entity in {"purchase_order_lines", "landed_cost_charges"})
    assert 0 < lines < errors.filter(pl.col("entity") == "transaction_line").height
    rest = {key: n for key, n in found.items() if key[1] not in apart}
    # A line that cannot be read may be one of a test order, which is left out before.
    unreadable_lines = errors.filter((pl.col("entity") == "order_line") & (pl.col("kind") == "unreadable_number"))
    of_lines = {key: n for key, n in rest.items() if key[1] == "sales_order_lines"}
    orphans = sum(n for (_, entity, _), n in expected.items() if entity == "sales_order_lines")
    assert unreadable_lines.height - planted(company, "test_order").height <= sum(of_lines.values()) - orphans
    assert sum(of_lines.values()) - orphans <= unreadable_lines.height
    without_lines = {key: n for key, n in rest.items() if key[1] != "sales_order_lines"}
    assert without_lines == {key: n for key, n in expected.items() if key[1] != "sales_order_lines"}
    # None of them is a row that hangs on a bad one: planted rows have keys of their own.
    assert ask(company, "select count(*) as n from ops.quarantine where rule = 'parent_quarantined'") == [{"n": "0"}]


def test_only_the_messages_of_two_interchanges_are_rejected(company: Settings) -> None:
    assert ask(
        company,
        "select sum(rows_read) = sum(rows_landed) + sum(rows_rejected) as same, "
        "sum(rows_rejected) = (select count(*) from ops.rejected_row) as kept from ops.load",
    ) == [{"same": "true", "kept": "true"}]
    rejected = ask(
        company,
        "select distinct system, regexp_extract(reason, '^interchange (\\w+)', 1) as key, "
        "reason like '%came before%' as is_copy from ops.rejected_row",
    )
    errors = planted(company, "copied_interchange", "unreadable_interchange")
    assert {(row["system"], row["key"], row["is_copy"] == "true") for row in rejected} == set(
        errors.select("system", "key", pl.col("kind") == "copied_interchange").iter_rows()
    )


def test_rows_that_came_twice_are_superseded(company: Settings) -> None:
    errors = planted(company, "delivered_twice")
    landed = ask(company, "select file_name, rows_landed from ops.load where file_name like '%again%'")
    assert {row["file_name"]: int(row["rows_landed"]) for row in landed} == Counter(errors["file"])
    superseded = ask(
        company,
        "select control, superseded_value as n from ops.control_total where measure = 'rows' and business_date is null "
        "and control in ('shopify.sales_order_lines', 'zendesk.tickets') "
        "and run_id = (select run_id from ops.run order by started_at desc limit 1)",
    )
    twice = Counter(errors["entity"])
    found = {row["control"]: float(row["n"]) for row in superseded}
    assert found["shopify.sales_order_lines"] >= twice["order_line"] * 0.9
    assert found["zendesk.tickets"] >= twice["ticket"]


def test_test_orders_are_landed_and_left_out(company: Settings) -> None:
    errors = planted(company, "test_order")
    landed = ask(company, "select distinct id from raw.shopify__order where test = 'TRUE'")
    assert {row["id"] for row in landed} == set(errors["key"])
    numbers = ", ".join(
        f"'{row['order_number']}'"
        for row in ask(company, "select distinct order_number from raw.shopify__order where test = 'TRUE'")
    )
    assert ask(company, f"select count(*) as n from fct_order_line where order_id in ({numbers})") == [{"n": "0"}]
    assert ask(company, f"select count(*) as n from mart_order where order_id in ({numbers})") == [{"n": "0"}]


def test_double_payments_count_since_the_money_moved(company: Settings) -> None:
    keys = planted(company, "double_payment")["key"].to_list()
    listed = ", ".join(f"'{key}'" for key in keys)
    assert ask(
        company, f"select count(*) as n, min(moved_amount) > 0 as moved from fct_payment where payment_id in ({listed})"
    ) == [{"n": str(len(keys)), "moved": "true"}]

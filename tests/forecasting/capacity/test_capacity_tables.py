"""The tables of the capacity plan in the lake, the planner's files made from them, and what-ifs, on a company of two dresses."""

import csv
import hashlib
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data_quality.mart_contracts import MARTS
from distribution.capacity_exports import export_capacity
from distribution.what_if_files import write_what_if
from forecasting.capacity.assumptions import assumptions_of
from forecasting.capacity.reading import read_inputs
from forecasting.capacity.run import CapacitySummary, make_capacity_plan
from forecasting.capacity.tables import TABLES
from forecasting.capacity.what_if import Comparison, compare_plans
from tests.forecasting.capacity.company_marts import MONDAY, fill_marts
from warehouse.errors import WeftError
from warehouse.extensions import load_extensions
from warehouse.lake import connect_lake
from warehouse.publication import publish
from warehouse.settings import Settings


def query(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with connect_lake(settings) as con:
        return con.execute(sql).fetchall()


def published(settings: Settings) -> tuple[CapacitySummary, int]:
    fill_marts(settings)
    made = make_capacity_plan(settings, "run-1")
    return made, publish(settings, run_id="run-1", inputs="same", audit={}).publication_id


def read(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def workbook(path: Path) -> list[dict[str, Any]]:
    """Read a sheet as a spreadsheet does: numbers and days by their own types."""
    con = duckdb.connect()
    load_extensions(con, "excel")
    found = con.execute("SELECT * FROM read_xlsx(?)", [str(path)])
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_all_tables_are_written_described_and_keyed(deployment: Settings) -> None:
    fill_marts(deployment)
    made = make_capacity_plan(deployment, "run-1")
    assert (made.reason, made.centres, made.weeks) == ("", 1, 26)
    keys = {contract.table: contract.keys[0] for contract in MARTS if contract.keys}
    for table, (_, columns) in TABLES.items():
        rows, keyed = query(deployment, f"SELECT count(*), count(DISTINCT {keys[table]}) FROM marts.{table}")[0]
        assert rows == keyed > 0, table
        described = query(deployment, f"SELECT count(comment) FROM duckdb_columns() WHERE table_name = '{table}'")
        assert described == [(len(columns),)]
    assert query(deployment, "SELECT DISTINCT run_id FROM marts.fct_capacity") == [("run-1",)]


def test_proposals_are_the_ones_computed_by_hand(deployment: Settings) -> None:
    fill_marts(deployment)
    make_capacity_plan(deployment, "run-1")
    # DR-1 is made in a week, an hour each: 10 a week, 15 in stock, 4 on an open order, and a safety stock of 10 for the three weeks
    # from order to the end of a lot (1.645 · √(3 · 10) = 9.01). DR-2 is bought: 2 a week, three weeks ahead.
    made = query(
        deployment, "SELECT sum(quantity), sum(load_hours), min(week_start_on) FROM marts.fct_production_proposal"
    )
    assert made == [(Decimal(259), Decimal(259), MONDAY)]
    bought = query(
        deployment,
        "SELECT sku, supplier_id, quantity, due_week_on - week_start_on, amount, currency_code FROM marts.fct_purchase_proposal "
        "ORDER BY week_start_on LIMIT 1",
    )
    assert bought == [("DR-2", "V-1", Decimal(20), 21, Decimal(100), "EUR")]
    late = query(deployment, "SELECT DISTINCT sku, kind, reason FROM marts.fct_plan_shortfall ORDER BY ALL")
    assert ("DR-2", "late", "lead time") in late


def test_a_second_run_replaces_everything_and_gives_the_same_rows(deployment: Settings) -> None:
    fill_marts(deployment)
    make_capacity_plan(deployment, "run-1")
    before = {table: query(deployment, f"SELECT * EXCLUDE run_id FROM marts.{table} ORDER BY ALL") for table in TABLES}
    make_capacity_plan(deployment, "run-2")
    after = {table: query(deployment, f"SELECT * EXCLUDE run_id FROM marts.{table} ORDER BY ALL") for table in TABLES}
    assert after == before
    assert query(deployment, "SELECT DISTINCT run_id FROM marts.fct_capacity") == [("run-2",)]


def test_one_table_that_cannot_be_written_leaves_all_of_them(
    deployment: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_marts(deployment)
    make_capacity_plan(deployment, "run-1")
    broken = {**TABLES, "fct_plan_shortfall": ("", {**TABLES["fct_plan_shortfall"][1], "cost": ("NO_SUCH_TYPE", "")})}
    monkeypatch.setattr("forecasting.capacity.tables.TABLES", broken)
    with pytest.raises(duckdb.Error):
        make_capacity_plan(deployment, "run-2")
    assert query(deployment, "SELECT DISTINCT run_id FROM marts.fct_capacity") == [("run-1",)]


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("fct_forecast", "The sales forecast is empty."),
        (
            "dim_routing_operation dim_supplier_offer fct_production_order fct_production_operation",
            "Neither production nor purchases",
        ),
    ],
)
def test_a_company_without_what_it_takes_gets_empty_tables_and_a_reason(
    deployment: Settings, missing: str, reason: str
) -> None:
    fill_marts(deployment, without=missing.split())
    made = make_capacity_plan(deployment, "run-1")
    assert made.reason.startswith(reason)
    for table in set(TABLES) - {"mart_capacity_load_check"}:
        assert query(deployment, f"SELECT count(*) FROM marts.{table}") == [(0,)]


@pytest.mark.parametrize("bought", ["p2", "nothing"])
def test_a_company_that_makes_nothing_gets_purchases_alone(deployment: Settings, bought: str) -> None:
    making = (
        "dim_routing_operation dim_work_centre dim_work_centre_shift dim_bill_of_material_line fct_production_order"
    )
    fill_marts(deployment, without=[*making.split(), "fct_production_operation"])
    with connect_lake(deployment) as con:
        con.execute("DELETE FROM marts.dim_product WHERE product_key NOT IN (?, 'none')", [bought])
        con.execute("DELETE FROM marts.fct_order_line WHERE product_key <> ?", [bought])
    made = make_capacity_plan(deployment, "run-1")
    assert made.reason == ""
    assert query(deployment, "SELECT count(*) FROM marts.fct_production_proposal") == [(0,)]
    [(proposed,)] = query(deployment, "SELECT count(*) FROM marts.fct_purchase_proposal")
    assert (proposed > 0) == (bought == "p2")


def test_forecasts_by_sku_are_read_where_there_are_any(deployment: Settings) -> None:
    fill_marts(deployment, by_sku=True)
    with connect_lake(deployment) as con:
        found, _ = read_inputs(con, deployment, assumptions_of(deployment))
    assert found is not None
    first = found.demand.filter(week_start_on=MONDAY, product_key="p1").row(0, named=True)
    assert (first["mean"], first["market_code"]) == (10.0, "DE")
    assert first["spread"] == pytest.approx(3 / 1.2815516)
    assert set(found.demand["product_key"]) == {"p1", "p2"}, "nobody has said yet how products to come are made"
    assert found.demand.filter(product_key="p2")["market_code"].unique().to_list() == [None]


def test_planners_files_keep_their_contract_in_both_formats(deployment: Settings) -> None:
    _, number = published(deployment)
    files = {path.name: (path, rows, sha256) for path, rows, sha256 in export_capacity(deployment, number)}
    assert set(files) == {
        f"{name}.{ending}"
        for name in ("capacity_forecast", "production_proposals", "purchase_proposals", "plan_shortfall")
        for ending in ("csv", "xlsx")
    }
    header = files["production_proposals.csv"][0].read_text(encoding="utf-8").splitlines()[0]
    assert header == (
        "publication_id,sku,product_name,style_id,means,week_start_on,iso_week,ready_week_on,due_week_on,quantity,start_quantity,"
        "unit_code,load_hours,is_late,plan_version"
    )
    header = files["capacity_forecast.csv"][0].read_text(encoding="utf-8").splitlines()[0]
    assert header == (
        "publication_id,work_centre_id,work_centre_name,week_start_on,iso_week,unit_code,regular_hours,overtime_hours,open_load_hours,"
        "proposed_load_hours,load_hours,load_spread_hours,utilisation,chance_of_overload,is_bottleneck,planned_regular_hours,"
        "planned_overtime_hours,subcontract_hours,unmet_hours,carried_hours,hour_worth,currency_code,plan_version"
    )
    for name in ("capacity_forecast", "production_proposals", "purchase_proposals", "plan_shortfall"):
        path, count, sha256 = files[f"{name}.csv"]
        rows = read(path)
        assert len(rows) == count > 0 and sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        sheet = workbook(files[f"{name}.xlsx"][0])
        assert list(sheet[0]) == list(rows[0]) and len(sheet) == count
        for row in rows:
            day = date.fromisoformat(row["week_start_on"])
            assert day.weekday() == 0 and row["publication_id"] == str(number)
            assert row["iso_week"] == f"{day.isocalendar().year:04d}-W{day.isocalendar().week:02d}"
    numbers = [row["quantity"] for row in workbook(files["production_proposals.xlsx"][0])]
    assert all(isinstance(number, float) for number in numbers)
    assert sum(numbers) == sum(float(row["quantity"]) for row in read(files["production_proposals.csv"][0]))
    days = {row["week_start_on"] for row in workbook(files["production_proposals.xlsx"][0])}
    assert MONDAY in days


def test_a_publication_gives_the_same_bytes_again(deployment: Settings) -> None:
    _, number = published(deployment)
    assert export_capacity(deployment, number) == export_capacity(deployment, number)


def test_a_publication_from_before_there_were_plans_leaves_the_files(deployment: Settings) -> None:
    fill_marts(deployment)
    number = publish(deployment, run_id="run-0", inputs="same", audit={}).publication_id
    assert export_capacity(deployment, number) == []
    assert not list(deployment.root.glob("exports/capacity_*"))


def compared(settings: Settings, **changes: Any) -> Comparison:
    fill_marts(settings)
    base = assumptions_of(settings)
    with connect_lake(settings) as con:
        inputs, _ = read_inputs(con, settings, base)
    assert inputs is not None
    return compare_plans(inputs, base, base.changed(**changes))


def total(found: Comparison, measure: str) -> tuple[float, float]:
    row = found.rows.filter(scope="total", measure=measure).row(0, named=True)
    return row["base"], row["changed"]


def test_more_demand_in_a_market_is_more_demand_of_what_is_sold_there(deployment: Settings) -> None:
    found = compared(deployment, demand_factor=1.5, market_code="AE")
    # DR-1 is sold in DE only; DR-2, of which 2 a week are sold, in AE only. 4 pieces are on order.
    assert total(found, "demand") == (pytest.approx(26 * 12 + 4), pytest.approx(26 * 13 + 4))
    assert total(found, "made")[0] == total(found, "made")[1]
    assert total(found, "bought")[1] > total(found, "bought")[0]


def test_all_demand_changes_without_a_market_and_the_load_with_it(deployment: Settings) -> None:
    found = compared(deployment, demand_factor=2.0)
    base, changed = total(found, "load")
    # 260 pieces more, and a safety stock of 19 instead of 10; open orders do not double.
    assert (base, changed) == (pytest.approx(259), pytest.approx(259 + 260 + 9))


def test_other_hours_without_overtime_and_subcontractors_leave_need_undone(deployment: Settings) -> None:
    found = compared(deployment, work_centre_id="SEW", work_centre_hours=4.0, overtime_share=0.0, subcontract_share=0.0)
    assert total(found, "available") == (pytest.approx(26 * 40), pytest.approx(26 * 4))
    base, changed = total(found, "unmet pieces")
    assert base == 0 and changed > 100
    assert total(found, "cost of shortfalls")[1] > total(found, "cost of shortfalls")[0]
    assert total(found, "overtime")[1] == total(found, "subcontract")[1] == 0.0


def test_a_market_that_does_not_exist_is_named(deployment: Settings) -> None:
    with pytest.raises(WeftError, match=r"market XX\. Markets are: AE, DE"):
        compared(deployment, demand_factor=1.5, market_code="XX")


def test_a_comparison_is_written_by_centre_and_week_and_adds_up(deployment: Settings) -> None:
    found = compared(deployment, demand_factor=1.2)
    paths = write_what_if(deployment, "more", 7, found.rows)
    assert [path.relative_to(deployment.exports_dir).as_posix() for path in paths] == [
        "what_if/more.csv",
        "what_if/more.xlsx",
    ]
    rows = read(paths[0])
    for kind in ("base", "changed", "difference"):
        weekly = sum(Decimal(r[kind]) for r in rows if r["scope"] == "centre and week" and r["measure"] == "load")
        in_total = sum(Decimal(r[kind]) for r in rows if r["scope"] == "total" and r["measure"] == "load")
        assert abs(weekly - in_total) < Decimal("0.01")
    assert {r["iso_week"] for r in rows if r["scope"] == "centre and week"} >= {"2026-W02"}
    assert all(Decimal(r["changed"]) - Decimal(r["base"]) == Decimal(r["difference"]) for r in rows)


def test_a_what_if_changes_nothing_in_the_lake(deployment: Settings) -> None:
    fill_marts(deployment)
    make_capacity_plan(deployment, "run-1")
    before = query(deployment, "SELECT max(snapshot_id) FROM ducklake_snapshots('lake')")
    compared_before = query(deployment, "SELECT count(*), sum(load_hours) FROM marts.fct_capacity")
    base = assumptions_of(deployment)
    with connect_lake(deployment) as con:
        inputs, _ = read_inputs(con, deployment, base)
    assert inputs is not None and inputs.first_week == MONDAY and inputs.known_until == MONDAY - timedelta(days=1)
    compare_plans(inputs, base, base.changed(demand_factor=3.0))
    assert query(deployment, "SELECT count(*), sum(load_hours) FROM marts.fct_capacity") == compared_before
    assert query(deployment, "SELECT max(snapshot_id) FROM ducklake_snapshots('lake')") == before

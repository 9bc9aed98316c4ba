"""A delivery that collapsed is stopped; one cent, one lost or one doubled row is found by the control totals."""

from decimal import Decimal

import pytest

from data_quality.control_totals import tie_out
from data_quality.gates import Control, DeclaredColumn, DeclaredEntity, gate_landed
from warehouse.lake import connect_lake
from warehouse.settings import Settings

LINES = DeclaredEntity(
    name="lines",
    mode="snapshot",
    key=("id",),
    columns=(
        DeclaredColumn("id", "integer", True),
        DeclaredColumn("amount", "decimal", True),
        DeclaredColumn("sold_on", "date", False),
    ),
)
CONTROL = Control(
    system="shop",
    entity="sales_order_lines",
    table="lines",
    mode="snapshot",
    key=("id",),
    date="try_cast(r.sold_on AS DATE)",
    measures={"rows": "1", "net_amount": "try_cast(r.amount AS DECIMAL(18, 4))"},
)


def deliver(settings: Settings, load_id: int, rows: list[tuple[str | None, str | None, str | None]]) -> None:
    with connect_lake(settings) as con:
        con.execute(
            "CREATE TABLE IF NOT EXISTS raw.shop__lines (id VARCHAR, amount VARCHAR, sold_on VARCHAR, _load_id BIGINT, "
            "_file VARCHAR, _row BIGINT, _extracted_at TIMESTAMP, _exported_on DATE)"
        )
        con.executemany(
            "INSERT INTO raw.shop__lines VALUES (?, ?, ?, ?, 'lines.csv', ?, now()::TIMESTAMP, DATE '2025-06-01')",
            [[*row, load_id, number] for number, row in enumerate(rows, start=1)],
        )
        con.execute(
            "INSERT INTO ops.load VALUES (?, 'r', 'shop', 'lines', 'file', 'lines.csv', ?, 1, DATE '2025-06-01', "
            "now()::TIMESTAMP, ?, ?, 0, 'landed', NULL, NULL, NULL, 0.1)",
            [load_id, str(load_id), len(rows), len(rows)],
        )


def good(count: int) -> list[tuple[str | None, str | None, str | None]]:
    return [(str(number), "10.50", "2025-06-01") for number in range(count)]


def test_a_good_delivery_passes(deployment: Settings) -> None:
    deliver(deployment, 1, good(10))
    result = gate_landed(deployment, "run", "shop", [LINES])
    assert result.passed
    assert not result.failures


def test_a_snapshot_that_shrank_to_less_than_half_stops_the_run(deployment: Settings) -> None:
    deliver(deployment, 1, good(10))
    deliver(deployment, 2, good(4))
    result = gate_landed(deployment, "run", "shop", [LINES])
    assert not result.passed
    assert "at least 5 rows" in (result.failures[0].message or "")


def test_cells_that_do_not_fit_are_listed_with_record_column_and_value(deployment: Settings) -> None:
    deliver(deployment, 1, [*good(8), ("8", "ten", "2025-06-31"), (None, "1.00", None)])
    result = gate_landed(deployment, "run", "shop", [LINES])
    assert result.passed, "single bad values are left to the rules about rows"
    with connect_lake(deployment) as con:
        cells = con.execute("SELECT line, column_name, value, rule FROM ops.invalid_value ORDER BY 1, 2").fetchall()
    assert cells == [
        (9, "amount", "ten", "decimal"),
        (9, "sold_on", "2025-06-31", "date"),
        (10, "id", None, "required"),
    ]
    [failure] = [one for one in result.failures if one.rule == "values_fit"]
    assert "lines.csv, record 9, amount 'ten' is not of type decimal" in (failure.message or "")


def test_two_records_with_one_key_are_reported(deployment: Settings) -> None:
    deliver(deployment, 1, [*good(3), ("2", "1.00", "2025-06-01")])
    result = gate_landed(deployment, "run", "shop", [LINES])
    assert [one.rule for one in result.failures] == ["key_unique"]


def test_values_that_lead_nowhere_and_names_that_were_misread_are_listed(deployment: Settings) -> None:
    people = DeclaredEntity(
        name="people",
        mode="upsert",
        key=("id",),
        columns=(
            DeclaredColumn("id", "text", True),
            DeclaredColumn("name", "text", False, is_personal=True),
            DeclaredColumn("club", "text", False, parent=("clubs", "id")),
        ),
    )
    origin = "_load_id BIGINT, _file VARCHAR, _row BIGINT, _extracted_at TIMESTAMP, _exported_on DATE"
    with connect_lake(deployment) as con:
        con.execute(f"CREATE TABLE raw.shop__clubs (id VARCHAR, {origin})")
        con.execute("INSERT INTO raw.shop__clubs (id, _load_id, _row) VALUES ('a', 1, 1)")
        con.execute(f"CREATE TABLE raw.shop__people (id VARCHAR, name VARCHAR, club VARCHAR, {origin})")
        con.execute(
            "INSERT INTO raw.shop__people (id, name, club, _load_id, _file, _row) VALUES "
            "('1', 'Zoë Ångström', 'a', 2, 'p.csv', 1), ('2', 'ZoÃ«', ' a ', 2, 'p.csv', 2), ('3', 'ليلى', 'b', 2, 'p.csv', 3), "
            "('4', 'Ù„ÙŠÙ„Ù‰', '', 2, 'p.csv', 4), ('5', 'Ann', NULL, 2, 'p.csv', 5)"
        )
        con.execute(
            "INSERT INTO ops.load VALUES (2, 'r', 'shop', 'people', 'file', 'p.csv', '2', 1, DATE '2025-06-01', "
            "now()::TIMESTAMP, 5, 5, 0, 'landed', NULL, NULL, NULL, 0.1)"
        )
    result = gate_landed(deployment, "run", "shop", [people])
    assert result.passed
    with connect_lake(deployment) as con:
        cells = con.execute("SELECT line, column_name, value, rule FROM ops.invalid_value ORDER BY 1, 2").fetchall()
    assert cells == [
        (2, "name", "(personal)", "encoding"),
        (3, "club", "b", "parent"),
        (4, "name", "(personal)", "encoding"),
    ]
    [failure] = result.failures
    assert "Zo" not in (failure.message or "")
    assert "was read in another encoding" in (failure.message or "")


@pytest.fixture
def tied(deployment: Settings) -> Settings:
    """Ten rows in an old delivery, twelve in the new one, of which one is in quarantine and eleven are in the mart."""
    deliver(deployment, 1, good(10))
    deliver(deployment, 2, [*good(10), ("10", "0.01", "2025-06-02"), ("11", "7.77", None)])
    with connect_lake(deployment) as con:
        con.execute(
            "INSERT INTO ops.quarantine VALUES ('run', 'shop', 'main', 'sales_order_lines', '11', 2, 'lines.csv', 12, "
            "'sold_on_present', 'no date', 'sold_on', NULL, '{}', now()::TIMESTAMP)"
        )
        con.execute(
            "CREATE TABLE marts.fct_order_line AS SELECT 'shop' AS source_system, id AS line_id, "
            "CAST(sold_on AS DATE) AS ordered_on, CAST(1 AS DECIMAL(18, 4)) AS quantity, "
            "CAST(amount AS DECIMAL(24, 8)) AS net_amount FROM raw.shop__lines WHERE _load_id = 2 AND id <> '11'"
        )
    return deployment


def differences(settings: Settings) -> dict[str, Decimal]:
    with connect_lake(settings) as con:
        results = tie_out(con, "run", [CONTROL])
        rows = con.execute(
            "SELECT measure, difference FROM ops.control_total WHERE run_id = 'run' AND business_date IS NULL"
        ).fetchall()
    assert all(one.severity == "critical" for one in results)
    found = dict(rows)
    assert {one.rule.removesuffix("_ties_out"): one.success for one in results} == {
        measure: difference == 0 for measure, difference in found.items()
    }
    return found


def test_totals_tie_out_with_quarantine_and_superseded_deliveries(tied: Settings) -> None:
    assert differences(tied) == {"rows": 0, "net_amount": 0}
    with connect_lake(tied) as con:
        rows = con.execute(
            "SELECT raw_value, mart_value, quarantined_value, superseded_value FROM ops.control_total "
            "WHERE measure = 'rows' AND business_date IS NULL"
        ).fetchall()
    assert rows == [(22, 11, 1, 10)]


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        ("UPDATE marts.fct_order_line SET net_amount = net_amount - 0.01 WHERE line_id = '10'", {"net_amount": "0.01"}),
        ("DELETE FROM marts.fct_order_line WHERE line_id = '10'", {"rows": "1", "net_amount": "0.01"}),
        (
            "INSERT INTO marts.fct_order_line SELECT * FROM marts.fct_order_line WHERE line_id = '10'",
            {"rows": "-1", "net_amount": "-0.01"},
        ),
    ],
)
def test_a_cent_a_lost_row_and_a_doubled_row_are_found(tied: Settings, damage: str, expected: dict[str, str]) -> None:
    with connect_lake(tied) as con:
        con.execute(damage)
    zero = {"rows": Decimal(0), "net_amount": Decimal(0)}
    assert differences(tied) == {**zero, **{name: Decimal(value) for name, value in expected.items()}}


def test_an_amount_on_the_wrong_day_is_found_though_the_sum_is_right(tied: Settings) -> None:
    with connect_lake(tied) as con:
        con.execute("UPDATE marts.fct_order_line SET ordered_on = DATE '2025-06-03' WHERE line_id = '10'")
        results = tie_out(con, "run", [CONTROL])
    assert not any(one.success for one in results)
    assert "on 2 days" in (results[0].message or "")


def test_what_the_source_deleted_is_superseded_and_joins_find_the_newest_row_of_each_key(deployment: Settings) -> None:
    origin = (
        "_load_id BIGINT, _file VARCHAR, _row BIGINT, _extracted_at TIMESTAMP, _exported_on DATE, _is_deleted BOOLEAN"
    )
    with connect_lake(deployment) as con:
        con.execute(f"CREATE TABLE raw.shop__lines (id VARCHAR, sale VARCHAR, amount VARCHAR, {origin})")
        con.execute(f"CREATE TABLE raw.shop__sales (id VARCHAR, sold_on VARCHAR, {origin})")
        con.execute(
            "INSERT INTO raw.shop__lines (id, sale, amount, _load_id, _row, _is_deleted) VALUES "
            "('1', 'a', '10.00', 1, 1, NULL), ('2', 'a', '5.00', 1, 2, NULL), ('3', 'b', '7.00', 1, 3, NULL), "
            "('1', 'a', '11.00', 3, 1, NULL), ('2', 'a', '5.00', 3, 2, true)"
        )
        # Sale a came again with another day, b did not.
        con.execute(
            "INSERT INTO raw.shop__sales (id, sold_on, _load_id, _row) VALUES "
            "('a', '2025-05-31', 2, 1), ('b', '2025-06-02', 2, 2), ('a', '2025-06-01', 4, 1)"
        )
        con.execute(
            "CREATE TABLE marts.fct_order_line AS SELECT 'shop' AS source_system, CAST(sold_on AS DATE) AS ordered_on, "
            "CAST(1 AS DECIMAL(18, 4)) AS quantity, CAST(amount AS DECIMAL(24, 8)) AS net_amount "
            "FROM (VALUES ('2025-06-01', 11), ('2025-06-02', 7)) AS lines (sold_on, amount)"
        )
        control = Control(
            system="shop",
            entity="sales_order_lines",
            table="lines",
            mode="upsert",
            key=("id",),
            date="try_cast(s.sold_on AS DATE)",
            measures=CONTROL.measures,
            joins="LEFT JOIN {sales} AS s ON s.id = r.sale",
            marks_deleted=True,
            others={"sales": ("upsert", ("id",))},
        )
        results = tie_out(con, "run", [control])
        superseded = con.execute(
            "SELECT superseded_value FROM ops.control_total WHERE measure = 'rows' AND business_date IS NULL"
        ).fetchone()
    assert [one.message for one in results] == [None, None]
    assert superseded == (3,)


def test_an_entity_of_several_raw_tables_ties_out_with_all_of_them(deployment: Settings) -> None:
    origin = "_load_id BIGINT, _file VARCHAR, _row BIGINT, _extracted_at TIMESTAMP, _exported_on DATE"
    controls = [
        Control(
            system="shop",
            entity="stock_movements",
            table=table,
            mode="upsert",
            key=("id",),
            date="try_cast(r.moved_on AS DATE)",
            measures={"rows": "1", "quantity": f"{sign}try_cast(r.quantity AS DECIMAL(18, 4))"},
        )
        for table, sign in (("receipts", ""), ("picks", "-"))
    ]
    with connect_lake(deployment) as con:
        for table, quantity in (("receipts", 5), ("picks", 2)):
            con.execute(f"CREATE TABLE raw.shop__{table} (id VARCHAR, moved_on VARCHAR, quantity VARCHAR, {origin})")
            con.execute(
                f"INSERT INTO raw.shop__{table} (id, moved_on, quantity, _load_id, _row) VALUES "
                f"('1', '2025-06-01', '{quantity}', 1, 1), ('1', '2025-06-01', '{quantity}', 2, 1)"
            )
        con.execute(
            "CREATE TABLE marts.fct_stock_movement AS SELECT 'shop' AS source_system, DATE '2025-06-01' AS moved_on, "
            "CAST(quantity AS DECIMAL(18, 4)) AS quantity FROM (VALUES (5), (-2)) AS moved (quantity)"
        )
        results = tie_out(con, "run", controls)
        values = con.execute(
            "SELECT measure, raw_value, mart_value, superseded_value FROM ops.control_total WHERE business_date IS NULL ORDER BY 1"
        ).fetchall()
    assert [one.message for one in results] == [None, None]
    assert values == [("quantity", 6, 3, 3), ("rows", 4, 2, 2)]

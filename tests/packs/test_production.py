"""The own factory: decimal commas are read to the digit, and orders, operations and capacity reach the marts."""

import csv
from decimal import Decimal
from pathlib import Path

from weft_command import ask

from warehouse.settings import Settings

FIXTURE = Path(__file__).parent / "fixtures" / "production"


def exported(name: str) -> list[dict[str, str]]:
    with (FIXTURE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def number(text: str) -> Decimal:
    return Decimal(text.replace(".", "").replace(",", "."))


def test_hours_and_their_cost_are_exact(packs_published: Settings) -> None:
    rates = {
        row["work_centre_code"]: number(row["cost_rate_per_hour"]) for row in exported("work_centres_2026-09-07.csv")
    }
    operations = exported("operations_2026-09-07.csv")
    worked = [
        (number(row["actual_hours"]), rates[row["work_centre_code"]]) for row in operations if row["actual_hours"]
    ]
    planned = [number(row["planned_hours"]) * rates[row["work_centre_code"]] for row in operations]
    [row] = ask(
        packs_published,
        """
        SELECT
            count(*) AS operations, sum(actual_hours) AS hours, sum(actual_cost_amount) AS cost,
            sum(planned_cost_amount) AS planned
        FROM fct_production_operation WHERE source_system = 'production'
        """,
    )
    assert int(row["operations"]) == len(operations)
    assert Decimal(row["hours"]) == sum(hours for hours, _ in worked)
    assert Decimal(row["cost"]) == sum(hours * rate for hours, rate in worked)
    assert Decimal(row["planned"]) == sum(planned)


def test_thousands_are_not_decimals(packs_published: Settings) -> None:
    rows = ask(
        packs_published,
        "SELECT production_order_id, ordered_quantity FROM fct_production_order WHERE source_system = 'production'",
    )
    assert {row["production_order_id"]: number(row["ordered_quantity"].replace(".", ",")) for row in rows} == {
        row["production_order_number"]: number(row["ordered_quantity"])
        for row in exported("work_orders_2026-09-07.csv")
    }
    [packing] = ask(
        packs_published,
        "SELECT available_hours_per_week FROM staging.stg_production__work_centres WHERE work_centre_id = 'PACK'",
    )
    assert Decimal(packing["available_hours_per_week"]) == 1125


def test_an_order_that_has_not_begun_is_no_mistake(packs_published: Settings) -> None:
    rows = ask(
        packs_published,
        """
        SELECT production_order_id, status, started_on, scrapped_quantity, days_late FROM fct_production_order
        WHERE source_system = 'production' ORDER BY production_order_id
        """,
    )
    assert [tuple(row.values()) for row in rows] == [
        ("WO-7001", "done", "2026-08-24", "5.0000", "1"),
        ("WO-7002", "in progress", "2026-09-01", "0.0000", ""),
        ("WO-7003", "planned", "", "0.0000", ""),
        ("WO-7004", "planned", "", "0.0000", ""),
        ("WO-7005", "cancelled", "", "0.0000", ""),
    ]


def test_a_routing_changes_on_the_day_after_its_last(packs_published: Settings) -> None:
    rows = ask(
        packs_published,
        """
        SELECT valid_from, valid_to, standard_minutes, setup_minutes, yield_rate FROM staging.stg_production__routing_operations
        WHERE source_id LIKE 'DR1001-BLK-M-20@%' ORDER BY valid_from
        """,
    )
    assert [tuple(row.values()) for row in rows] == [
        ("2026-01-01", "2026-07-01", "18.7500", "30.0000", "0.972500"),
        ("2026-07-01", "", "17.1250", "30.0000", "0.977500"),
    ]


def test_the_shifts_of_a_week_make_the_hours_that_a_work_centre_offers(packs_published: Settings) -> None:
    rows = ask(
        packs_published,
        """
        SELECT
            work_centre_id, any_value(available_hours_per_week) AS offered,
            sum(shift_hours * worker_count) FILTER (valid_from <= DATE '2026-09-07' AND coalesce(valid_to, DATE '9999-12-31') > DATE '2026-09-07') AS now,
            sum(shift_hours * worker_count) FILTER (valid_from <= DATE '2026-10-01' AND coalesce(valid_to, DATE '9999-12-31') > DATE '2026-10-01') AS later
        FROM staging.stg_production__work_centres
        INNER JOIN staging.stg_production__work_centre_shifts USING (work_centre_key)
        GROUP BY work_centre_id
        """,  # noqa: E501
    )
    hours = {row["work_centre_id"]: tuple(Decimal(row[name]) for name in ("offered", "now", "later")) for row in rows}
    assert set(hours) == {"CUT", "SEW-A", "SEW-B", "FIN", "QC", "PACK"}
    assert all(offered == now for offered, now, _ in hours.values())
    assert hours["SEW-B"] == (600, 600, 480)


def test_christmas_is_free_for_all_but_those_who_take_stock(packs_published: Settings) -> None:
    rows = ask(packs_published, "SELECT source_id, available_hours FROM staging.stg_production__calendar_exceptions")
    assert {row["source_id"]: Decimal(row["available_hours"]) for row in rows} == {
        **{f"{centre}@2026-12-25": Decimal(0) for centre in ("CUT", "SEW-A", "SEW-B", "FIN", "PACK")},
        "QC@2026-12-25": Decimal("3.5"),
        "QC@2026-12-24": Decimal("11.25"),
        "SEW-A@2026-09-12": Decimal(120),
    }


def test_a_component_is_counted_once_on_any_day(packs_published: Settings) -> None:
    rows = ask(
        packs_published,
        """
        SELECT source_id, quantity_per_assembly, unit_code, bom_level FROM staging.stg_production__bill_of_material_lines
        WHERE source_id LIKE 'DR1001-BLK-M-%' AND valid_from <= DATE '2026-07-01'
            AND coalesce(valid_to, DATE '9999-12-31') > DATE '2026-07-01'
        ORDER BY source_id
        """,
    )
    assert [tuple(row.values()) for row in rows] == [
        ("DR1001-BLK-M-FB-VIS-BLK@2026-01-01", "1.8500", "M", "1"),
        ("DR1001-BLK-M-ZIP-45-BLK@2026-07-01", "1.0000", "EA", "1"),
    ]

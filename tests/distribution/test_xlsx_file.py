"""Excel sheets: types are kept, nothing in them runs, the same rows give the same bytes, and a file is whole or the old one."""

import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from distribution.xlsx_file import write_xlsx
from warehouse.extensions import load_extensions

COLUMNS = ("name", "quantity", "week_start_on", "is_late", "missing")
ROWS = [
    ("=1+1", Decimal("2.50"), date(2026, 1, 5), True, None),
    ("http://example.com", 3, date(2026, 1, 12), False, None),
]


def test_text_numbers_and_days_come_back_as_they_were(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "plan.xlsx", "plan", COLUMNS, ROWS)
    con = duckdb.connect()
    load_extensions(con, "excel")
    found = con.execute(
        "SELECT name, quantity, week_start_on, is_late FROM read_xlsx(?)", [str(tmp_path / "plan.xlsx")]
    ).fetchall()
    assert found == [("=1+1", 2.5, date(2026, 1, 5), True), ("http://example.com", 3.0, date(2026, 1, 12), False)]


def test_no_cell_holds_a_formula_or_a_link(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "plan.xlsx", "plan", COLUMNS, ROWS)
    with zipfile.ZipFile(tmp_path / "plan.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "<hyperlink" not in sheet


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    first = write_xlsx(tmp_path / "a.xlsx", "plan", COLUMNS, ROWS)
    assert write_xlsx(tmp_path / "b.xlsx", "plan", COLUMNS, ROWS) == first
    assert write_xlsx(tmp_path / "b.xlsx", "plan", COLUMNS, ROWS[:1]) != first


def test_a_sheet_without_rows_has_its_columns_and_a_failure_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_xlsx(tmp_path / "plan.xlsx", "plan", COLUMNS, [])
    before = (tmp_path / "plan.xlsx").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("warehouse.whole_file.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_xlsx(tmp_path / "plan.xlsx", "plan", COLUMNS, ROWS)
    assert (tmp_path / "plan.xlsx").read_bytes() == before

"""Rows of the files that planners drop: CSV or XLSX, with the line that each stands on.

Comes in: a path. Goes out: `PlannerFile`, its rows as text by column. Called by `forecasting.overrides.checks` and the ledger.
"""

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from warehouse.extensions import load_extensions

SUFFIXES = (".csv", ".xlsx")
PROMOTIONS = "planned_promotions"
# Day 0 of dates in spreadsheets.
SPREADSHEET_EPOCH = date(1899, 12, 30)
DEFUSED = re.compile(r"^'(?=\s*[=+\-@])")


@dataclass(frozen=True)
class PlannerFile:
    """A file as it was read; `problem` says why its rows could not be, if so."""

    name: str
    content_hash: str
    columns: list[str]
    rows: list[tuple[int, dict[str, str]]]
    problem: str | None = None


def planner_files(folder: Path) -> list[Path]:
    """Return the files of a folder and the folders in it, by name; what is hidden or half-written is left out."""
    if not folder.is_dir():
        return []
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() in SUFFIXES)
    return sorted(path for path in found if not path.name.startswith((".", "~")))


def folder_fingerprint(folder: Path) -> str:
    """Hash names and contents of all files that planners have dropped; the same for no folder and an empty one."""
    digest = hashlib.sha256()
    for path in planner_files(folder):
        digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def read_planner_file(path: Path, folder: Path) -> PlannerFile:
    """Read all rows as text; a file that is none says so instead of raising."""
    content = path.read_bytes()
    name, content_hash = path.relative_to(folder).as_posix(), hashlib.sha256(content).hexdigest()
    try:
        table = _read_xlsx(path) if path.suffix.lower() == ".xlsx" else _read_csv(content)
    except (UnicodeDecodeError, csv.Error, duckdb.Error) as error:
        text = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error).splitlines()[0]
        return PlannerFile(name, content_hash, [], [], f"cannot be read: {text}")
    if not table:
        return PlannerFile(name, content_hash, [], [], "is empty")
    header = [cell.strip().lower() for cell in table[0][1]]
    rows = []
    for line, cells in table[1:]:
        if any(cell.strip() for cell in cells):
            padded = [*cells, *[""] * (len(header) - len(cells))]
            rows.append(
                (line, {column: DEFUSED.sub("", cell).strip() for column, cell in zip(header, padded, strict=False)})
            )
    return PlannerFile(name, content_hash, header, rows)


def day(text: str) -> date | None:
    """Return the day of an ISO date, or of the number by which a spreadsheet keeps one; None if it is neither."""
    try:
        return (
            date.fromisoformat(text[:10])
            if re.match(r"^\d{4}-\d{2}-\d{2}([ T]00:00(:00(\.0+)?)?)?$", text)
            else _serial(text)
        )
    except (ValueError, OverflowError):
        return None


def _serial(text: str) -> date | None:
    return SPREADSHEET_EPOCH + timedelta(days=int(text.split(".")[0])) if re.match(r"^\d{5}(\.0+)?$", text) else None


def _read_csv(content: bytes) -> list[tuple[int, list[str]]]:
    text = content.decode("utf-8-sig")
    first = text.split("\n", 1)[0]
    # Spreadsheets of countries with a decimal comma write semicolons.
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    table = []
    for cells in reader:
        if cells:
            table.append((reader.line_num, cells))
    return table


def _read_xlsx(path: Path) -> list[tuple[int, list[str]]]:
    with duckdb.connect() as con:
        load_extensions(con, "excel")
        found = con.execute(
            "SELECT * FROM read_xlsx(?, header = false, all_varchar = true, stop_at_empty = false)", [str(path)]
        ).fetchall()
    table = [(line, ["" if cell is None else str(cell) for cell in cells]) for line, cells in enumerate(found, start=1)]
    while table and not any(cell.strip() for cell in table[0][1]):
        table.pop(0)
    return table

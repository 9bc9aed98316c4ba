"""Writes a CSV file that appears whole or not at all, and that a spreadsheet opens without running anything.

Comes in: rows. Goes out: an RFC 4180 file in UTF-8 and its SHA-256. Called by the exports of this folder and by the audiences.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from warehouse.whole_file import write_whole

Cell = str | int | Decimal | date | None

# A spreadsheet takes a text that begins like this for a formula, and may run it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

# A plus and digits alone: a spreadsheet may show it as a number, but there is nothing to run.
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")


class Phone(str):
    """An international number (E.164), which the system that imports it needs with its plus."""

    __slots__ = ()


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, is_private: bool = False) -> str:
    """Replace `path` by a file with a header and `rows`, and return the SHA-256 of its bytes.

    Readers find the old file or the new one. A private file can be read by its owner only.
    """
    content = csv_content(columns, rows)
    write_whole(path, content, is_private=is_private)
    return hashlib.sha256(content).hexdigest()


def csv_content(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return the bytes of a file with a header and `rows`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8")


def _cell(value: Cell) -> str:
    match value:
        case None:
            return ""
        case Phone() if PHONE.fullmatch(value):
            return str(value)
        case str():
            # Leading blanks do not keep a spreadsheet from seeing the formula behind them.
            return f"'{value}" if value.lstrip(" ").startswith(FORMULA_STARTS) else value
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case _:
            return str(value)

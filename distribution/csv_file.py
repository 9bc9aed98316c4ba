"""Writes a CSV file that appears whole or not at all, and that a spreadsheet opens without running anything.

Comes in: rows. Goes out: an RFC 4180 file in UTF-8 and its SHA-256. Called by the exports of this folder and by the audiences.
"""

import csv
import hashlib
import io
import os
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

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

    A private file can be read by its owner only, from its first byte on.

    The rows go to a file beside it that takes its place when it is on the disk: readers find the old file or the new
    one, and a process killed in here leaves the old one.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    content = text.getvalue().encode("utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if is_private else 0o666)
    with open(descriptor, "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(partial, path)
    _sync_folder(path.parent)
    return hashlib.sha256(content).hexdigest()


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


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

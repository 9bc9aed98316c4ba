"""Makes a workbook of one sheet that a spreadsheet opens without running anything.

Comes in: columns and rows. Goes out: the bytes of an XLSX file, or the file: text as text cells, numbers as numbers, dates as dates.
Called by the exports of this folder.
"""

import hashlib
import io
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from distribution.csv_file import Cell
from warehouse.whole_file import write_whole

# A workbook says when it was made; a fixed day keeps the bytes of equal rows equal.
MADE_ON = datetime(2000, 1, 1)
MOST_ROWS = 1_048_575
MOST_OF_A_NAME = 31
WIDTHS = {"reason": 60}


def write_xlsx(path: Path, sheet_name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Replace `path` by a workbook of one sheet, whole or not at all, and return the SHA-256 of its bytes."""
    with tempfile.TemporaryDirectory() as scratch:
        content = xlsx_content(sheet_name[:MOST_OF_A_NAME], columns, rows, created_at=MADE_ON, temp_dir=Path(scratch))
    write_whole(path, content)
    return hashlib.sha256(content).hexdigest()


def xlsx_content(
    sheet_name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, created_at: datetime, temp_dir: Path
) -> bytes:
    """Return the file: a header that stays in sight and can be filtered by, and a row a line; the same rows give the same bytes."""
    temp_dir.mkdir(parents=True, exist_ok=True)
    content = io.BytesIO()
    # Row by row through a file, so that memory does not grow with the rows. Nothing in a cell becomes a formula or a link.
    options = {"constant_memory": True, "tmpdir": str(temp_dir), "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(content, options)
    book.set_properties({"created": created_at})
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(sheet_name)
    sheet.freeze_panes(1, 0)
    for place, name in enumerate(columns):
        sheet.set_column(place, place, WIDTHS.get(name, max(len(name) + 2, 12)))
        sheet.write_string(0, place, name, bold)
    last = 0
    for last, row in enumerate(rows, start=1):
        if last > MOST_ROWS:
            book.close()
            raise ValueError(f"a sheet holds {MOST_ROWS:,} rows at most")
        for place, value in enumerate(row):
            match value:
                case None:
                    continue
                case bool():
                    sheet.write_boolean(last, place, value)
                case date():
                    sheet.write_datetime(last, place, datetime(value.year, value.month, value.day), day)
                case int() | float() | Decimal():
                    sheet.write_number(last, place, value)
                case _:
                    sheet.write_string(last, place, str(value))
    sheet.autofilter(0, 0, last, len(columns) - 1)
    book.close()
    return content.getvalue()

"""Makes a workbook of one sheet that a spreadsheet opens without running anything.

Comes in: columns and rows. Goes out: the bytes of an XLSX file: text as text cells, numbers as numbers, dates as dates. Called by the
exports of this folder.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from distribution.csv_file import Cell

MOST_ROWS = 1_048_575
WIDTHS = {"reason": 60}


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
                case date():
                    sheet.write_datetime(last, place, datetime(value.year, value.month, value.day), day)
                case int() | Decimal():
                    sheet.write_number(last, place, value)
                case _:
                    sheet.write_string(last, place, value)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    book.close()
    return content.getvalue()

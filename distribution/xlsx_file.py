"""One Excel sheet per file for people who plan in a spreadsheet, written whole or not at all.

Comes in: a name for the sheet, column names and rows. Goes out: the file, and the SHA-256 of its bytes. Called by the modules of this
package beside `csv_file`; the same rows give the same bytes.
"""

import hashlib
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from distribution.csv_file import Cell
from warehouse.whole_file import write_whole

# A workbook says when it was made; a fixed day keeps its bytes the same.
MADE_ON = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
WIDEST = 60
ROWS_LOOKED_AT = 200


def write_xlsx(path: Path, sheet_name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Replace `path` by a workbook of one sheet and return the SHA-256 of its bytes.

    Numbers are numbers and days are days. Text stays text, whatever it begins with: it is never taken for a formula or a link.
    """
    kept = [tuple(row) for row in rows]
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, options) as workbook:
        workbook.set_properties({"created": MADE_ON})
        bold = workbook.add_format({"bold": True})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet = workbook.add_worksheet(sheet_name[:31])
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, columns, bold)
        for number, row in enumerate(kept, start=1):
            for place, value in enumerate(row):
                match value:
                    case None:
                        pass
                    case bool():
                        sheet.write_boolean(number, place, value)
                    case int() | float() | Decimal():
                        sheet.write_number(number, place, value)
                    case date():
                        sheet.write_datetime(number, place, value, day)
                    case _:
                        sheet.write_string(number, place, str(value))
        if columns:
            sheet.autofilter(0, 0, len(kept), len(columns) - 1)
        for place, name in enumerate(columns):
            longest = max([len(name) + 3, *(len(str(row[place] or "")) for row in kept[:ROWS_LOOKED_AT])])
            sheet.set_column(place, place, min(longest + 1, WIDEST))
    written = content.getvalue()
    write_whole(path, written)
    return hashlib.sha256(written).hexdigest()

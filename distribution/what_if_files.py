"""The comparison of a what-if as files: CSV, and the same as an Excel sheet.

Comes in: rows of base and changed figures. Goes out: `what_if/<name>.csv` and `.xlsx` in the exports folder. Called by `weft plan`.
"""

from pathlib import Path

import polars as pl

from distribution.csv_file import Cell, write_csv
from distribution.xlsx_file import write_xlsx
from warehouse.settings import Settings

COLUMNS = (
    "publication_id", "scope", "work_centre_id", "week_start_on", "iso_week", "measure", "unit_code", "base", "changed", "difference",
)  # fmt: skip


def write_what_if(settings: Settings, name: str, publication_id: int, rows: pl.DataFrame) -> list[Path]:
    """Replace both files, each whole or not at all, and return their paths."""
    places = rows.with_columns(
        publication_id=pl.lit(publication_id),
        iso_week=pl.col("week_start_on").dt.strftime("%G-W%V"),
        **{name: pl.col(name).cast(pl.Decimal(18, 4)) for name in ("base", "changed", "difference")},
    )
    cells: list[tuple[Cell, ...]] = places.select(COLUMNS).rows()
    folder = settings.exports_dir / "what_if"
    write_csv(folder / f"{name}.csv", COLUMNS, cells)
    write_xlsx(folder / f"{name}.xlsx", "what if", COLUMNS, cells)
    return [folder / f"{name}.csv", folder / f"{name}.xlsx"]

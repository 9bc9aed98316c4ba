"""Landing against the least that any tool must do with the same file: DuckDB reading the CSV and writing Parquet.

Comes in: a number of rows. Goes out: a line with the ratio. Called by `python -m benchmarks`. Both sides keep every
column as text and use the same threads and memory; what landing does beyond that (hash of the file, record numbers,
rejects, ledger, commit to the lake) is the ratio's excess over one.
"""

from pathlib import Path

import duckdb

from benchmarks.pairs import take_turns
from extractors.landing import land_entity
from warehouse.identifiers import quote_literal
from warehouse.lake import prepare_connection
from warehouse.settings import Settings, load_settings

SYSTEM, ENTITY = "aw_erp", "sales_order_detail"
ORDER_LINES = """
    SELECT
        43697 + i // 3 AS sales_order_id, i + 1 AS sales_order_detail_id, i % 3 + 1 AS sales_detail_item,
        3 AS items_per_order, hash(i, 1) % 5 + 1 AS order_qty, 707 + hash(i, 2) % 300 AS product_id,
        (hash(i, 3) % 350000 / 100) :: DECIMAL(18, 4) AS unit_price,
        (hash(i, 4) % 20 / 100) :: DECIMAL(9, 4) AS percentage_discount
    FROM range({rows}) AS numbers (i)
"""


def compare_landing(scratch: Path, rows: int, pairs: int) -> str:
    """Land a generated export of `rows` order lines, by turns with the bare copy, each time into a fresh lake."""
    export = _generate(scratch, rows)
    made = 0

    def land(number: int) -> None:
        nonlocal made
        made += 1
        settings = _deployment(scratch / f"landed-{made}", export)
        (result,) = land_entity(settings, SYSTEM, ENTITY, f"bench-{number}")
        if (result.status, result.rows_landed) != ("landed", rows):
            raise SystemExit(f"Landing {rows} rows went wrong: {result}")

    def copy(number: int) -> None:
        con = prepare_connection(load_settings(scratch / "landed-1"))
        con.execute(
            f"COPY (SELECT * FROM read_csv({quote_literal(export)}, delim = ';', quote = '\"', header = true, "
            f"all_varchar = true)) TO {quote_literal(scratch / f'copy-{number}.parquet')} "
            "(FORMAT parquet, COMPRESSION zstd)"
        )
        con.close()

    taken = take_turns(land, copy, pairs)
    size = export.stat().st_size / 2**20
    return (
        f"landing      {rows:,} rows, {size:.0f} MiB CSV: Weft's landing {taken} of a bare DuckDB CSV-to-Parquet copy"
    )


def _generate(scratch: Path, rows: int) -> Path:
    scratch.mkdir(parents=True)
    export = scratch / "sales_order_detail.csv"
    with duckdb.connect() as con:
        con.execute(
            f"COPY ({ORDER_LINES.format(rows=rows)}) TO {quote_literal(export)} "
            "(FORMAT csv, DELIMITER ';', HEADER true, FORCE_QUOTE *)"
        )
    return export


def _deployment(root: Path, export: Path) -> Settings:
    inbox = root / "inbox"
    inbox.mkdir(parents=True)
    (inbox / export.name).hardlink_to(export)
    (root / "weft.toml").write_text(
        f'[company]\nid = "bench"\nname = "Bench"\n[systems.{SYSTEM}]\npack = "aw_erp"\ninbox = "inbox"\n',
        encoding="utf-8",
    )
    return load_settings(root / "weft.toml")

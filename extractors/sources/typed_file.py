"""Parquet and XLSX files, whose structure DuckDB reads from the file itself.

Comes in: an entity and a delivered file. Goes out: a scan with every column as text.
"""

import re
from pathlib import Path

import duckdb

from extractors.pack import Entity
from extractors.plain_text import unpack
from extractors.refusal import DeliveryRefused
from extractors.sources.scan import Scan, as_text, match_columns
from warehouse.extensions import load_extensions
from warehouse.identifiers import quote_identifier, quote_literal


def scan_parquet(con: duckdb.DuckDBPyConnection, entity: Entity, path: Path, name: str, workspace: Path) -> Scan:
    """Prepare the scan of a Parquet file.

    Raises:
        DeliveryRefused: the file is empty, damaged, not Parquet, or lacks a required column.
    """
    return _scan(con, entity, f"read_parquet({quote_literal(unpack(path, name, workspace))})", name, "a Parquet file")


def scan_xlsx(con: duckdb.DuckDBPyConnection, entity: Entity, path: Path, name: str, workspace: Path) -> Scan:
    """Prepare the scan of a sheet of an Excel workbook: the declared sheet, or the first.

    Raises:
        DeliveryRefused: the file is empty, damaged, not a workbook, or lacks the sheet or a required column.
    """
    load_extensions(con, "excel")
    sheet = f", sheet = {quote_literal(entity.sheet)}" if entity.sheet else ""
    reader = (
        f"read_xlsx({quote_literal(unpack(path, name, workspace))}, header = {str(entity.header).lower()}, "
        f"all_varchar = true{sheet})"
    )
    return _scan(con, entity, reader, name, "an Excel workbook")


def _scan(con: duckdb.DuckDBPyConnection, entity: Entity, reader: str, name: str, kind: str) -> Scan:
    try:
        exported = [row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {reader}").fetchall()]
    except duckdb.Error as error:
        reason = re.sub(r"(file )?'[^']*[/\\][^']*'|\"[^\"]*[/\\][^\"]*\"", "the file", str(error).split("\n")[0])
        raise DeliveryRefused(
            f"{name} cannot be read as {kind}: {reason}. Nothing was landed from it; ask for the file again."
        ) from error
    columns = (
        match_columns(entity, exported, name)
        if entity.header
        else [*entity.column_names, *exported[len(entity.columns) :]][: len(exported)]
    )
    pairs = [(quote_identifier(source), landed) for source, landed in zip(exported, columns, strict=True)]
    return Scan(select=f"SELECT {as_text(pairs)}, row_number() OVER () AS _row FROM {reader}", columns=columns)

"""Parquet and XLSX files, whose structure DuckDB reads from the file itself.

Comes in: an entity and a delivered file. Goes out: a scan with every column as text.
"""

import re
import zipfile
import zlib
from pathlib import Path

import duckdb

from extractors.pack import Entity
from extractors.refusal import DeliveryRefused
from extractors.sources.scan import Scan, as_text, match_columns
from extractors.text.unpacking import unpack
from warehouse.extensions import load_extensions
from warehouse.identifiers import quote_identifier, quote_literal

NESTED = ("STRUCT", "MAP", "UNION")
# Excel counts days from here, having taken 1900 for a leap year; the last is 9999-12-31.
EXCEL_EPOCH, EXCEL_LAST_DAY = "TIMESTAMP '1899-12-30'", 2_958_466


def scan_parquet(con: duckdb.DuckDBPyConnection, entity: Entity, path: Path, name: str, workspace: Path) -> Scan:
    """Prepare the scan of a Parquet file. Nested values become JSON.

    Raises:
        DeliveryRefused: the file is empty, damaged, not Parquet, or lacks a required column.
    """
    reader = f"read_parquet({quote_literal(unpack(path, name, workspace))})"
    types = _describe(con, reader, name, "a Parquet file")
    pairs = [
        (_as_json(source, kind), landed)
        for (source, kind), landed in zip(types.items(), match_columns(entity, list(types), name), strict=True)
        if landed not in entity.ignore_columns
    ]
    return _scan(reader, pairs)


def scan_xlsx(con: duckdb.DuckDBPyConnection, entity: Entity, path: Path, name: str, workspace: Path) -> Scan:
    """Prepare the scan of a sheet of an Excel workbook: the declared sheet, or the first. Empty rows are no records.

    Excel stores days as numbers. They become dates again where the pack declares one, or the first record's cell is formatted
    as one.

    Raises:
        DeliveryRefused: the file is empty, damaged, not a workbook, or lacks the sheet or a required column.
    """
    load_extensions(con, "excel")
    sheet = f", sheet = {quote_literal(entity.sheet)}" if entity.sheet else ""
    options = f"header = {str(entity.header).lower()}, stop_at_empty = false{sheet}"
    book = unpack(path, name, workspace)
    _refuse_damaged_workbook(book, name)
    file = quote_literal(book)
    types = _describe(con, f"read_xlsx({file}, {options})", name, "an Excel workbook")
    exported = list(types)
    columns = (
        match_columns(entity, exported, name)
        if entity.header
        else [*entity.column_names, *exported[len(entity.columns) :]][: len(exported)]
    )
    declared = {column.name: column.type for column in entity.columns}
    pairs = [
        (_from_excel(quote_identifier(source), types[source], declared.get(landed)), landed)
        for source, landed in zip(exported, columns, strict=True)
        if landed not in entity.ignore_columns
    ]
    scan = _scan(f"read_xlsx({file}, all_varchar = true, {options})", pairs)
    filled = " OR ".join(f"{quote_identifier(column)} IS NOT NULL" for column in scan.columns)
    return Scan(select=f"SELECT * FROM ({scan.select}) WHERE {filled}", columns=scan.columns)


def _describe(con: duckdb.DuckDBPyConnection, reader: str, name: str, kind: str) -> dict[str, str]:
    try:
        return {row[0]: row[1] for row in con.execute(f"DESCRIBE SELECT * FROM {reader}").fetchall()}
    except duckdb.Error as error:
        raise DeliveryRefused(
            f"{name} cannot be read as {kind}: {without_paths(error)}. Nothing was landed from it; ask for the file again."
        ) from error


def _refuse_damaged_workbook(path: Path, name: str) -> None:
    """A workbook is an archive; of one that was cut, DuckDB reads what is left of it."""
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
        reason = f"its part {damaged} is damaged" if damaged else None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        reason = f"it is none, or cut off ({error})"
    if reason is not None:
        raise DeliveryRefused(
            f"{name} cannot be read as an Excel workbook: {reason}. Nothing was landed from it; ask for the file again."
        )


def without_paths(error: duckdb.Error) -> str:
    """Return what an error says, with the paths of our own files, which mean nothing to the reader, left out."""
    said, *more = str(error).split("\n")
    said += "".join(f"; {line[0].lower()}{line[1:]}" for line in more if line.startswith("Did you mean"))
    text = re.sub(r"((xlsx )?file )?('[^']*[/\\][^']*'|\"[^\"]*[/\\][^\"]*\")", "the file", said)
    return re.sub(r"^(Invalid Input|IO|Binder) Error: ", "", text).rstrip(". ")


def _as_json(source: str, kind: str) -> str:
    quoted = quote_identifier(source)
    if not (kind.startswith(NESTED) or kind.endswith("]")):
        return quoted
    # JSON's decimals would be binary numbers, so they are texts in it.
    exact = re.sub(r"DECIMAL\(\d+,\s*\d+\)", "VARCHAR", kind)
    return f"to_json(CAST({quoted} AS {exact}))"


def _from_excel(source: str, kind: str, declared: str | None) -> str:
    wanted = declared if declared in ("date", "timestamp") else kind.lower()
    if wanted not in ("date", "timestamp", "time"):
        return source
    days = f"TRY_CAST({source} AS DOUBLE)"
    moment = f"({EXCEL_EPOCH} + to_milliseconds(CAST(round({days} * 86400000) AS BIGINT)))"
    part = f"CAST({moment} AS TIME)" if wanted == "time" else moment
    if wanted == "date":
        part = f"CASE WHEN {days} = floor({days}) THEN CAST(CAST({moment} AS DATE) AS VARCHAR) ELSE CAST({moment} AS VARCHAR) END"
    return f"CASE WHEN {days} >= 0 AND {days} < {EXCEL_LAST_DAY} THEN CAST({part} AS VARCHAR) ELSE {source} END"


def _scan(reader: str, pairs: list[tuple[str, str]]) -> Scan:
    return Scan(
        select=f"SELECT {as_text(pairs)}, row_number() OVER () AS _row FROM {reader}",
        columns=[landed for _, landed in pairs],
    )

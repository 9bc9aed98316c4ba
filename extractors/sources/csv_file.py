"""CSV and its relatives: any delimiter, encoding, quoting and row end.

Comes in: an entity and a delivered text file. Goes out: a scan by DuckDB's CSV reader, in which nothing is guessed that the pack
declares, and which keeps every record that it could not read.
"""

import csv
from pathlib import Path

import duckdb

from extractors.pack import Entity
from extractors.plain_text import PlainText, make_plain
from extractors.refusal import DeliveryRefused
from extractors.sources.scan import Scan, match_columns
from warehouse.identifiers import quote_identifier, quote_literal

REASONS = {
    "MISSING COLUMNS": "has too few fields",
    "TOO MANY COLUMNS": "has too many fields",
    "UNQUOTED VALUE": "has a quote that is not closed",
    "LINE SIZE OVER MAXIMUM": "is longer than a record may be",
    "INVALID STATE": "has a quote in an impossible place",
    "INVALID ENCODING": "has bytes that are not UTF-8",
}


def scan_csv(entity: Entity, path: Path, name: str, workspace: Path) -> Scan:
    """Prepare the scan of a delimited text file.

    Raises:
        DeliveryRefused: the file is empty, cut off, of another encoding, or lacks a required column.
    """
    text = make_plain(entity, path, name, workspace)
    first = _first_record(entity, text, name)
    if entity.header:
        columns = match_columns(entity, first, name, ", line 1")
    else:
        columns = _declared_columns(entity, first, name)
    ignored = {
        column
        for column, exported in zip(columns, first, strict=True)
        if entity.header and (column in entity.ignore_columns or exported.strip() in entity.ignore_columns)
    }
    kept = [column for column in columns if column not in ignored]
    skipped = entity.skip_lines + int(entity.header)
    structure = ", ".join(f"{quote_literal(column)}: 'VARCHAR'" for column in columns)
    quoting = quote_literal(text.quote)
    escape = quote_literal(entity.escape if entity.escape is not None and text.quote == entity.quote else text.quote)
    reader = (
        f"read_csv({quote_literal(text.path)}, auto_detect = false, header = false, skip = {skipped}, "
        f"delim = {quote_literal(text.delimiter)}, quote = {quoting}, escape = {escape}, columns = {{{structure}}}, "
        "null_padding = false, strict_mode = true, store_rejects = true, rejects_table = 'unreadable', "
        "rejects_scan = 'unreadable_scan', rejects_limit = 0)"
    )
    listed = ", ".join(quote_identifier(column) for column in kept)
    warnings = (
        []
        if text.ends_with_row_end
        else [f"{name} has no row end after its last record; if it was cut there, its last value may be short."]
    )
    return Scan(
        select=f"SELECT {listed}, row_number() OVER () AS _row FROM {reader}",
        columns=kept,
        rejects=_rejects(skipped, len(columns)),
        verify=lambda con: _refuse_if_cut_off(con, text, name, len(columns)),
        warnings=warnings,
    )


def _first_record(entity: Entity, text: PlainText, name: str) -> list[str]:
    with open(text.path, encoding="utf-8-sig", newline="") as file:
        for _ in range(entity.skip_lines):
            file.readline()
        if len(text.delimiter) == 1:
            if text.quote:
                record = next(csv.reader(file, delimiter=text.delimiter, quotechar=text.quote), [])
            else:
                record = next(csv.reader(file, delimiter=text.delimiter, quoting=csv.QUOTE_NONE), [])
        else:
            line = file.readline().rstrip("\r\n")
            record = [field.strip(text.quote or None) for field in line.split(text.delimiter)] if line else []
    if not record:
        raise DeliveryRefused(f"{name} has no records. Nothing was landed from it; ask for the file again.")
    return record


def _declared_columns(entity: Entity, first: list[str], name: str) -> list[str]:
    declared = entity.column_names
    if len(first) < len(declared) and any(column.required for column in entity.columns[len(first) :]):
        missing = next(column.name for column in entity.columns[len(first) :] if column.required)
        raise DeliveryRefused(
            f"{name}, line 1: has {len(first)} fields where the pack declares {len(declared)} columns and no header, so the "
            f"required column {missing} is missing. Nothing was landed from it; check the delimiter "
            f"({entity.delimiter!r}) and whether a column was dropped."
        )
    extra = [f"column_{number}" for number in range(len(declared) + 1, len(first) + 1)]
    return declared[: len(first)] + extra


def _rejects(skipped: int, columns: int) -> str:
    reason = " ".join(f"WHEN {quote_literal(kind)} THEN {quote_literal(text)}" for kind, text in REASONS.items())
    return f"""
        SELECT
            line - {skipped} AS record, line, min(column_name) AS column_name, CAST(NULL AS VARCHAR) AS value,
            rtrim(any_value(csv_line), chr(10) || chr(13)) AS raw_text,
            'the record ' || any_value(CASE CAST(error_type AS VARCHAR) {reason} ELSE lower(CAST(error_type AS VARCHAR)) END)
                || ': ' || rtrim(any_value(error_message), '.') || ' ({columns} declared)' AS reason
        FROM unreadable
        GROUP BY line
    """


def _refuse_if_cut_off(con: duckdb.DuckDBPyConnection, text: PlainText, name: str, columns: int) -> None:
    last = con.execute(
        "SELECT line, line_byte_position, any_value(CAST(error_type AS VARCHAR)), any_value(csv_line) FROM unreadable "
        "GROUP BY ALL ORDER BY line DESC LIMIT 1"
    ).fetchone()
    if last is None:
        return
    line, position, kind, raw = last
    with open(text.path, "rb") as file:
        file.seek(max(int(position) - 1, 0))
        rest = file.read(16 << 20)
    reaches_the_end = rest.rstrip(b"\r\n").count(b"\n") == 0 or kind == "UNQUOTED VALUE"
    if reaches_the_end and (not text.ends_with_row_end or kind == "UNQUOTED VALUE") and kind != "TOO MANY COLUMNS":
        what = "has a quote that is not closed" if kind == "UNQUOTED VALUE" else f"has fewer than its {columns} fields"
        raise DeliveryRefused(
            f"{name} is cut off: its last record, line {line}, {what}: “{str(raw).strip()[:80]}”. "
            "Nothing was landed from it; ask for the file again."
        )

"""CSV and its relatives: any delimiter, encoding, quoting and row end.

Comes in: an entity and a delivered text file. Goes out: a scan by DuckDB's CSV reader, in which nothing is guessed that the pack
declares, and which keeps every record that it could not read.
"""

import csv
import io
from pathlib import Path

import duckdb

from extractors.pack import Entity
from extractors.refusal import DeliveryRefused
from extractors.sources.scan import Scan, match_columns
from extractors.text.plain_text import PlainText, make_plain
from extractors.text.record_ends import SEPARATOR
from warehouse.identifiers import quote_identifier, quote_literal

REASONS = {
    "MISSING COLUMNS": "has too few fields",
    "TOO MANY COLUMNS": "has too many fields",
    "UNQUOTED VALUE": "has a quote that is not closed, or text after a closing quote",
    "LINE SIZE OVER MAXIMUM": "is longer than a record may be",
    "INVALID STATE": "has a quote in an impossible place",
    "INVALID ENCODING": "has bytes that are not UTF-8",
}
NOT_CLOSED = "UNQUOTED VALUE"
# The first record is read before the others; a quote in it that is never closed must not drag the whole file in.
FIRST_RECORD_LIMIT = 8 << 20
csv.field_size_limit(FIRST_RECORD_LIMIT)


def scan_csv(entity: Entity, path: Path, name: str, workspace: Path) -> Scan:
    """Prepare the scan of a delimited text file.

    Raises:
        DeliveryRefused: the file is empty, cut off, of another encoding, or lacks a required column.
    """
    text = make_plain(entity, path, name, workspace)
    first = _first_record(entity, text, name)
    if entity.header:
        columns = match_columns(entity, first, name, f", line {entity.skip_lines + 1}")
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
    # The reader knows by itself lines that all end with CR LF, or all with CR.
    line_end = ", new_line = '\\n'" if text.line_end == b"\n" and not text.ends_lines_with_crlf else ""
    reader = (
        f"read_csv({quote_literal(text.path)}, auto_detect = false, header = false, skip = {skipped}, "
        f"delim = {quote_literal(text.delimiter)}, quote = {quote_literal(text.quote)}, "
        f"escape = {quote_literal(text.escape)}, columns = {{{structure}}}, null_padding = false, strict_mode = true, "
        # An empty field is unknown; a quoted one is an empty text, unless it was us who quoted it.
        f"allow_quoted_nulls = {str(text.is_quoted_here).lower()}{line_end}, "
        "store_rejects = true, rejects_table = 'unreadable', rejects_scan = 'unreadable_scan', rejects_limit = 0)"
    )
    listed = ", ".join(quote_identifier(column) for column in kept)
    warnings = (
        []
        if text.ends_with_line_end
        else [f"{name} has no row end after its last record; if it was cut there, its last value may be short."]
    )
    return Scan(
        select=f"SELECT {listed}, row_number() OVER () AS _row FROM {reader}",
        columns=kept,
        rejects=lambda con: _rejects(con, text, entity, skipped),
        verify=lambda con: _refuse_if_cut_off(con, text, name, len(columns)),
        skips_rejects=True,
        warnings=warnings,
    )


def _first_record(entity: Entity, text: PlainText, name: str) -> list[str]:
    with open(text.path, encoding="utf-8-sig", newline="") as file:
        for _ in range(entity.skip_lines):
            file.readline()
        start = file.read(FIRST_RECORD_LIMIT)
    delimiter = text.delimiter
    if len(delimiter) > 1:
        # Python's reader knows only delimiters of one character; this one stands in for it.
        start = start[: len(start) if "\n" not in start else start.index("\n") + 1].replace(delimiter, SEPARATOR)
        delimiter = SEPARATOR
    try:
        record = next(
            csv.reader(
                io.StringIO(start, newline=""),
                delimiter=delimiter,
                quotechar=text.quote or None,
                quoting=csv.QUOTE_MINIMAL if text.quote else csv.QUOTE_NONE,
                escapechar=text.escape if text.escape != text.quote and text.escape else None,
                doublequote=text.escape == text.quote,
            ),
            [],
        )
    except csv.Error as error:
        raise DeliveryRefused(
            f"{name}: its first record cannot be read: {error}. Nothing was landed from it."
        ) from error
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


def _rejects(con: duckdb.DuckDBPyConnection, text: PlainText, entity: Entity, skipped: int) -> str | None:
    """Return the query of the rejects, with the lines at which they begin; what the reader calls a line is a record."""
    found = con.execute(
        "SELECT line_byte_position, any_value(length(csv_line) - length(ltrim(csv_line, chr(10) || chr(13)))) "
        "FROM temp.unreadable GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    if not found:
        return None
    positions = [int(position) - 1 + int(blank) for position, blank in found]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE unreadable_lines AS SELECT unnest($1) AS line_byte_position, unnest($2) AS line_number",
        [[position for position, _ in found], text.lines_at(positions)],
    )
    reason = " ".join(f"WHEN {quote_literal(kind)} THEN {quote_literal(words)}" for kind, words in REASONS.items())
    raw = "trim(any_value(csv_line), chr(10) || chr(13))"
    if text.is_quoted_here:
        between = quote_literal(f'"{SEPARATOR}"')
        raw = f"replace(replace(regexp_replace({raw}, '^\"|\"$', '', 'g'), {between}, {quote_literal(entity.delimiter)}), '\"\"', '\"')"
    return f"""
        SELECT
            line - {skipped} AS record, any_value(line_number) AS line, min(column_name) AS column_name,
            CAST(NULL AS VARCHAR) AS value, {raw} AS raw_text,
            'the record ' || any_value(CASE CAST(error_type AS VARCHAR) {reason} ELSE lower(CAST(error_type AS VARCHAR)) END)
                || ': ' || rtrim(any_value(error_message), '.') AS reason
        FROM temp.unreadable JOIN temp.unreadable_lines USING (line_byte_position)
        GROUP BY unreadable.line
    """


def _refuse_if_cut_off(con: duckdb.DuckDBPyConnection, text: PlainText, name: str, columns: int) -> None:
    last = con.execute(
        "SELECT line_byte_position, any_value(CAST(error_type AS VARCHAR)), any_value(strlen(csv_line)), "
        "any_value(trim(csv_line, chr(10) || chr(13))[:80]) FROM temp.unreadable "
        "GROUP BY line_byte_position ORDER BY line_byte_position DESC LIMIT 1"
    ).fetchone()
    if last is None:
        return
    position, kind, length, raw = int(last[0]) - 1, last[1], int(last[2]), last[3]
    # Two bytes of tolerance for the line end.
    if position + length < text.path.stat().st_size - 2:
        return
    (line,) = text.lines_at([position])
    if kind == NOT_CLOSED:
        raise DeliveryRefused(
            f"{name} is cut off, or has a quote too many: the record that begins in line {line} opens a quote that is not "
            f"closed before the end of the file: “{raw}”. Nothing was landed from it; ask for the file again."
        )
    if not text.ends_with_line_end and kind == "MISSING COLUMNS":
        raise DeliveryRefused(
            f"{name} is cut off: its last record, line {line}, has fewer than its {columns} fields: “{raw}”. "
            "Nothing was landed from it; ask for the file again."
        )

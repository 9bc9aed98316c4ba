"""JSON lines: one object per line.

Comes in: an entity and a delivered file. Goes out: a scan in which each key is a column; nested values stay JSON text, and lines
that are not JSON objects are kept as rejects.
"""

from pathlib import Path

import duckdb

from extractors.pack import Entity
from extractors.plain_text import make_plain
from extractors.refusal import DeliveryRefused
from extractors.sources.scan import Scan, match_columns
from warehouse.identifiers import quote_identifier, quote_literal

# A byte that JSON text never holds, so that each line is one field.
NO_DELIMITER = "\x01"


def scan_json_lines(con: duckdb.DuckDBPyConnection, entity: Entity, path: Path, name: str, workspace: Path) -> Scan:
    """Prepare the scan of a file of JSON objects, one per line.

    Raises:
        DeliveryRefused: the file is empty, cut off, or lacks a required key everywhere.
    """
    text = make_plain(entity.model_copy(update={"quote": "", "delimiter": NO_DELIMITER}), path, name, workspace)
    lines = (
        f"(SELECT line, row_number() OVER () AS _row FROM read_csv({quote_literal(text.path)}, auto_detect = false, "
        f"header = false, delim = {quote_literal(NO_DELIMITER)}, quote = '', escape = '', columns = {{'line': 'VARCHAR'}}, "
        "max_line_size = 33554432) WHERE trim(line) <> '')"
    )
    keys = [
        key
        for (key,) in con.execute(
            f"SELECT DISTINCT unnest(json_keys(line)) AS key FROM {lines} WHERE {_is_object('line')} ORDER BY key"
        ).fetchall()
    ]
    if not keys:
        raise DeliveryRefused(f"{name} has no JSON objects, one per line. Nothing was landed from it.")
    columns = match_columns(entity, keys, name)
    listed = ", ".join(
        f"json_extract_string(line, {quote_literal('$.' + quote_identifier(key))}) AS {quote_identifier(column)}"
        for key, column in zip(keys, columns, strict=True)
    )
    return Scan(
        select=f"SELECT {listed}, _row FROM {lines} WHERE {_is_object('line')}",
        columns=columns,
        rejects=f"SELECT _row AS record, _row AS line, CAST(NULL AS VARCHAR) AS column_name, CAST(NULL AS VARCHAR) AS value, "
        f"line AS raw_text, 'the line is not a JSON object' AS reason FROM {lines} WHERE NOT {_is_object('line')}",
        verify=lambda con: _refuse_if_cut_off(con, lines, name, text.ends_with_row_end),
    )


def _is_object(line: str) -> str:
    return f"(json_valid({line}) AND CASE WHEN json_valid({line}) THEN json_type({line}) = 'OBJECT' END)"


def _refuse_if_cut_off(con: duckdb.DuckDBPyConnection, lines: str, name: str, ends_with_row_end: bool) -> None:
    if ends_with_row_end:
        return
    last = con.execute(f"SELECT line, _row, json_valid(line) FROM {lines} ORDER BY _row DESC LIMIT 1").fetchone()
    if last is not None and not last[2]:
        raise DeliveryRefused(
            f"{name} is cut off: its last line, {last[1]}, is not complete JSON: “{last[0][:80]}”. "
            "Nothing was landed from it; ask for the file again."
        )

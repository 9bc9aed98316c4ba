"""JSON lines: one object per line.

Comes in: an entity and a delivered file. Goes out: a scan in which each key is a column; nested values stay JSON text, and lines
that are not JSON objects are kept as rejects.
"""

from pathlib import Path

import duckdb

from extractors.pack import Entity
from extractors.refusal import DeliveryRefused
from extractors.sources.scan import Scan, match_columns
from extractors.text.plain_text import make_plain
from warehouse.identifiers import quote_identifier, quote_literal

# A byte that JSON text never holds, so that each line is one field.
NO_DELIMITER = "\x01"
LONGEST_LINE = 32 << 20


def scan_json_lines(con: duckdb.DuckDBPyConnection, entity: Entity, path: Path, name: str, workspace: Path) -> Scan:
    """Prepare the scan of a file of JSON objects, one per line.

    Raises:
        DeliveryRefused: the file is empty, cut off, not JSON lines, or lacks a required key everywhere.
    """
    text = make_plain(entity.model_copy(update={"quote": "", "delimiter": NO_DELIMITER}), path, name, workspace)
    lines = (
        f"(SELECT line, _row FROM (SELECT line, row_number() OVER () AS _row FROM read_csv({quote_literal(text.path)}, "
        f"auto_detect = false, header = false, delim = {quote_literal(NO_DELIMITER)}, quote = '', escape = '', "
        f"columns = {{'line': 'VARCHAR'}}, max_line_size = {LONGEST_LINE})) WHERE trim(line) <> '')"
    )
    try:
        found = con.execute(
            f"SELECT DISTINCT unnest(json_keys(line)) AS key FROM {lines} WHERE {_is_object('line')} ORDER BY key"
        ).fetchall()
    except duckdb.InvalidInputException as error:
        raise DeliveryRefused(
            f"{name} is not a file of JSON lines: it has control characters, or a line of more than {LONGEST_LINE >> 20} MiB. "
            "Nothing was landed from it."
        ) from error
    keys = [key for (key,) in found]
    if not keys:
        raise DeliveryRefused(f"{name} has no JSON objects, one per line. Nothing was landed from it.")
    columns = match_columns(entity, keys, name)
    kept = [(key, column) for key, column in zip(keys, columns, strict=True) if column not in entity.ignore_columns]
    paths = ", ".join(quote_literal(_pointer(key)) for key, _ in kept)
    listed = ", ".join(f"found[{number}] AS {quote_identifier(column)}" for number, (_, column) in enumerate(kept, 1))
    rejects = (
        "SELECT _row AS record, _row AS line, CAST(NULL AS VARCHAR) AS column_name, CAST(NULL AS VARCHAR) AS value, "
        f"line AS raw_text, 'the line is not a JSON object' AS reason FROM {lines} WHERE NOT {_is_object('line')}"
    )
    return Scan(
        select=f"SELECT {listed}, _row FROM (SELECT json_extract_string(line, [{paths}]) AS found, _row FROM {lines} "
        f"WHERE {_is_object('line')})",
        columns=[column for _, column in kept],
        rejects=lambda _: rejects,
        verify=lambda con: _refuse_if_cut_off(con, lines, name, text.ends_with_line_end),
    )


def _pointer(key: str) -> str:
    """Return the JSON pointer of a key, which works for any key."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _is_object(line: str) -> str:
    return f"(json_valid({line}) AND CASE WHEN json_valid({line}) THEN json_type({line}) = 'OBJECT' END)"


def _refuse_if_cut_off(con: duckdb.DuckDBPyConnection, lines: str, name: str, ends_with_line_end: bool) -> None:
    if ends_with_line_end:
        return
    last = con.execute(f"SELECT line, _row, json_valid(line) FROM {lines} ORDER BY _row DESC LIMIT 1").fetchone()
    if last is not None and not last[2]:
        raise DeliveryRefused(
            f"{name} is cut off: its last line, {last[1]}, is not complete JSON: “{last[0][:80]}”. "
            "Nothing was landed from it; ask for the file again."
        )

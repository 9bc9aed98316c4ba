"""JSON lines: one object per line.

Comes in: an entity and a delivered file. Goes out: a scan in which each key is a column; nested values stay JSON text, numbers keep
their digits, and lines that are not JSON objects are kept as rejects.
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
# A number with a fraction or an exponent would pass through a binary one and lose digits, so it is read as a text that begins with
# this mark. Numbers are told from the digits within texts by matching texts too, which get no mark.
EXACT = r"\u0001"
NUMBER = r"-?[0-9]+(?:\.[0-9]+(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)|-0"
TEXT_OR_NUMBER = rf'("(?:[^"\\]|\\.)*")|({NUMBER})'


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
    paths = ", ".join(_pointer(key) for key, _ in kept)
    listed = ", ".join(
        f"{_without_marks(f'found[{number}]')} AS {quote_identifier(column)}"
        for number, (_, column) in enumerate(kept, 1)
    )
    rejects = (
        "SELECT _row AS record, _row AS line, CAST(NULL AS VARCHAR) AS column_name, CAST(NULL AS VARCHAR) AS value, "
        f"line AS raw_text, 'the line is not a JSON object' AS reason FROM {lines} WHERE NOT {_is_object('line')}"
    )
    return Scan(
        select=f"SELECT {listed}, _row FROM (SELECT json_extract_string({_with_marks('line')}, [{paths}]) AS found, _row "
        f"FROM {lines} WHERE {_is_object('line')})",
        columns=[column for _, column in kept],
        rejects=lambda _: rejects,
        verify=lambda con: _refuse_if_cut_off(con, lines, name, text.ends_with_line_end),
    )


def _pointer(key: str) -> str:
    """Return SQL for the JSON pointer of a key, which works for any key; SQL texts hold no NUL."""
    pointer = "/" + key.replace("~", "~0").replace("/", "~1")
    return " || chr(0) || ".join(quote_literal(part) for part in pointer.split("\0"))


def _with_marks(line: str) -> str:
    """Return SQL for a line of JSON in which numbers that a binary one cannot hold are marked texts."""
    # Both signs are no part of JSON; two of them stand where there was no number.
    marked = f"regexp_replace({line}, {quote_literal(TEXT_OR_NUMBER)}, '\\1\x02\\2\x03', 'g')"
    return (
        f"replace(replace(replace({marked}, '\x02\x03', ''), '\x02', {quote_literal(chr(34) + EXACT)}), '\x03', '\"')"
    )


def _without_marks(value: str) -> str:
    """Return SQL for a value in which marked texts are numbers again, on its own or within nested JSON."""
    nested = f"regexp_replace({value}, '\"\\{EXACT}({NUMBER})\"', '\\1', 'g')"
    return (
        f"CASE WHEN {value}[1] = chr(1) AND regexp_full_match({value}[2:], '{NUMBER}') THEN {value}[2:] "
        f"WHEN contains({value}, '{EXACT}') THEN {nested} ELSE {value} END"
    )


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

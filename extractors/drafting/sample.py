"""What format a sample file is in, found by trying, and its rows as text.

Comes in: a file. Goes out: a `Sample`, read by the very scans that landing will use. Called by `draft`.
"""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from extractors.drafting.names import entity_name
from extractors.pack import Entity
from extractors.refusal import DeliveryRefused
from extractors.sources.csv_file import scan_csv
from extractors.sources.json_lines import scan_json_lines
from extractors.sources.scan import column_name
from extractors.sources.typed_file import scan_parquet, scan_xlsx
from extractors.text.decoding import BYTE_ORDER_MARKS
from extractors.text.plain_text import make_plain
from extractors.text.unpacking import blocks
from warehouse.errors import WeftError
from warehouse.extensions import load_extensions
from warehouse.identifiers import quote_identifier, quote_literal

LOOKED_AT = 1 << 20
DELIMITERS = ("+|", "||", "\t", ";", "|", ",")
# The column that stands for all those that nobody has declared yet.
UNDECLARED = "column_1"


@dataclass(frozen=True)
class Sample:
    """One export: its format as a pack would declare it, its columns as landed and as exported, and a table of its rows."""

    path: Path
    entity: str
    format: dict[str, Any]
    columns: dict[str, str]
    table: str
    rows: int


def read_sample(con: duckdb.DuckDBPyConnection, path: Path, workspace: Path) -> Sample:
    """Find out how a file is to be read, and read it into a table of `con`.

    Raises:
        WeftError: the file does not exist, or cannot be read in any way.
    """
    if not path.is_file():
        raise WeftError(f"There is no file {path}.")
    workspace.mkdir(parents=True, exist_ok=True)
    try:
        options = _format_of(con, path, workspace)
        provisional = Entity.model_validate(
            {"file": path.name, "key": [UNDECLARED], "columns": [{"name": UNDECLARED}], **options}
        )
        if provisional.format == "csv":
            scan = scan_csv(provisional, path, path.name, workspace)
        else:
            read = {"jsonl": scan_json_lines, "parquet": scan_parquet, "xlsx": scan_xlsx}[provisional.format]
            scan = read(con, provisional, path, path.name, workspace)
        entity = entity_name(path)
        table = f"sample_{entity}"
        con.execute(f"CREATE OR REPLACE TABLE {table} AS {scan.select}")
    except (DeliveryRefused, duckdb.Error) as error:
        raise WeftError(f"{path} cannot be read as a sample: {error}") from error
    row = con.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None
    exported = _exported_names(con, provisional, path, workspace, scan.columns)
    return Sample(path, entity, options, dict(zip(scan.columns, exported, strict=True)), table, row[0])


def _format_of(con: duckdb.DuckDBPyConnection, path: Path, workspace: Path) -> dict[str, Any]:
    with open(path, "rb") as file:
        magic = file.read(4)
    if magic == b"PAR1":
        return {"format": "parquet"}
    if magic == b"PK\x03\x04" and path.suffix.lower() in (".xlsx", ".xlsm"):
        load_extensions(con, "excel")
        return {"format": "xlsx"}
    start = b""
    for block in blocks(path, path.name):
        start += block
        if len(start) >= LOOKED_AT:
            break
    encoding = _encoding_of(start)
    text = start[:LOOKED_AT].decode(encoding, errors="ignore").lstrip("\ufeff")
    if text.lstrip().startswith("{"):
        return {"format": "jsonl", **({"encoding": encoding} if encoding != "utf-8" else {})}
    return _csv_format(con, path, workspace, encoding, text)


def _encoding_of(start: bytes) -> str:
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if start.startswith(mark):
            return encoding
    if start[:4096].count(b"\x00") * 3 > len(start[:4096]):
        return "utf-16-le" if start[1:2] == b"\x00" else "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")(errors="strict").decode(start)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _csv_format(
    con: duckdb.DuckDBPyConnection, path: Path, workspace: Path, encoding: str, text: str
) -> dict[str, Any]:
    found: dict[str, Any] = {"format": "csv"}
    if encoding != "utf-8":
        found["encoding"] = encoding
    lines = [line for line in re.split(r"\r\n|\r|\n", text) if line][:200]
    if not lines:
        raise DeliveryRefused(f"{path.name} has no lines.")
    if "&|" in text and "+|" in text:
        return found | {"delimiter": "+|", "row_end": "&|", "quote": "", "header": False}
    found["delimiter"] = _delimiter_of(lines)
    if len(found["delimiter"]) == 1:
        provisional = Entity.model_validate(
            {"file": path.name, "key": [UNDECLARED], "columns": [{"name": UNDECLARED}], **found}
        )
        plain = make_plain(provisional, path, path.name, workspace)
        sniffed = con.execute(
            f"SELECT HasHeader FROM sniff_csv({quote_literal(plain.path)}, delim = {quote_literal(found['delimiter'])}, "
            "quote = '\"', escape = '\"')"
        ).fetchone()
        found["header"] = bool(sniffed and sniffed[0]) or _looks_like_header(lines[0].split(found["delimiter"]))
    else:
        found["header"] = _looks_like_header(lines[0].split(found["delimiter"]))
    return found


def _delimiter_of(lines: list[str]) -> str:
    """The sign that stands in each line equally often; of several, the one that makes most fields."""

    def fields(delimiter: str) -> tuple[bool, int]:
        counts = sorted(re.sub(r'"[^"]*"', "", line).count(delimiter) for line in lines)
        middle = counts[len(counts) // 2]
        return middle > 0 and counts.count(middle) * 10 >= len(counts) * 8, middle

    return max(DELIMITERS, key=fields)


def _looks_like_header(cells: list[str]) -> bool:
    names = [cell.strip().strip('"') for cell in cells]
    return len(set(names)) == len(names) and all(re.match(r"[^\W\d]", name) for name in names)


def _exported_names(
    con: duckdb.DuckDBPyConnection, entity: Entity, path: Path, workspace: Path, landed: list[str]
) -> list[str]:
    """The columns as the file calls them, where it does."""
    if entity.format == "parquet":
        described = con.execute(f"DESCRIBE SELECT * FROM read_parquet({quote_literal(path)})").fetchall()
        names = [row[0] for row in described]
    elif entity.format == "csv" and entity.header:
        plain = make_plain(entity, path, path.name, workspace)
        with open(plain.path, encoding="utf-8-sig", newline="") as file:
            first = re.split(r"[\r\n]", file.read(LOOKED_AT), maxsplit=1)[0]
        names = [name.strip().strip('"') for name in first.split(plain.delimiter)]
    else:
        return landed
    known = {column_name(name): name for name in names}
    return [known.get(column, column) for column in landed]


def cell(column: str) -> str:
    """SQL of a sample's cell: its text, trimmed, or NULL for nothing."""
    return f"nullif(trim({quote_identifier(column)}), '')"

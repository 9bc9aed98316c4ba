"""One SELECT against a published snapshot, and nothing else.

Comes in: a query and a publication. Goes out: its rows as a table, CSV or JSON. Called by `weft sql`. The connection
sees the frozen catalog read-only: no files, no network, no other database, no settings.
"""

import json
import math
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import IO, Any
from uuid import UUID

import duckdb
from rich.console import Console
from rich.table import Table

from customers.rights.audit import record, who
from orchestration.masked_query import require_masked_tables
from warehouse.errors import WeftError
from warehouse.identifiers import quote_literal
from warehouse.lake import open_for_role
from warehouse.masking import sees_clear
from warehouse.settings import Settings

FORMATS = ("table", "csv", "json")
BATCH_ROWS = 10_000
TABLE_ROWS = 1_000
READING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}
# The SQLite reader opens files by itself, past DuckDB's own file system and its limits.
FOREIGN_READERS = re.compile(r"\b(sqlite|postgres|mysql)_(scan|query|attach|execute)\w*", re.IGNORECASE)
NEEDS_QUOTES = re.compile(r'^$|[",\r\n]|^\s|\s$')


@dataclass(frozen=True)
class Answer:
    """Column names, and the rows in batches as they are read."""

    columns: list[str]
    batches: Iterator[list[tuple[Any, ...]]]


@contextmanager
def answer(
    settings: Settings, query: str, publication_id: int | None = None, role: str | None = None
) -> Iterator[Answer]:
    """Run one reading statement on a publication, the current one unless another is named, as a role sees it.

    Raises:
        WeftError: nothing is published, the statement does not only read, it asks for what the role may not see, or DuckDB refuses it.
    """
    if sees_clear(settings, role):
        record(settings, "unmasked read", who(), role=role)
    else:
        require_masked_tables(query)
    con = open_for_role(settings, role, publication_id)
    try:
        _confine(con, settings)
        _require_reading(con, query)
        cursor = con.execute(query)
        names = _unique([column[0] for column in cursor.description or []])
        yield Answer(names, iter(lambda: cursor.fetchmany(BATCH_ROWS), []))
    except duckdb.Error as error:
        raise WeftError(f"The query cannot be answered: {error}") from error
    finally:
        con.close()


def write_answer(found: Answer, form: str, out: IO[str]) -> None:
    """Write the rows to `out` in one of FORMATS."""
    if form == "csv":
        _write_csv(found, out)
    elif form == "json":
        _write_json(found, out)
    else:
        _write_table(found, out)


def _confine(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    # Marts are what people ask for: their names need no schema.
    con.execute("USE lake.marts")
    folders = ", ".join(quote_literal(f"{folder}/") for folder in (settings.data_path, settings.temp_dir))
    con.execute(f"SET allowed_directories = [{folders}]")
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")


def _require_reading(con: duckdb.DuckDBPyConnection, query: str) -> None:
    statements = con.extract_statements(query)
    if len(statements) != 1:
        raise WeftError(f"weft sql answers one statement at a time; this text has {len(statements)}.")
    if statements[0].type not in READING:
        kind = statements[0].type.name
        raise WeftError(f"weft sql only reads the published snapshot; {kind} is refused. Write a SELECT.")
    foreign = FOREIGN_READERS.search(query)
    if foreign:
        raise WeftError(f"weft sql only reads the published snapshot; {foreign[0]} reads other files and is refused.")


def _unique(names: Sequence[str]) -> list[str]:
    unique: list[str] = []
    for name in names:
        candidate, number = name, 1
        while candidate in unique:
            candidate, number = f"{name}_{number}", number + 1
        unique.append(candidate)
    return unique


def _write_csv(found: Answer, out: IO[str]) -> None:
    """RFC 4180; NULL is an empty field and an empty text is `""`, so that both can be told apart."""
    out.write(",".join(_csv_field(name) for name in found.columns) + "\n")
    for rows in found.batches:
        out.writelines(",".join(map(_csv_field, row)) + "\n" for row in rows)


def _csv_field(value: Any) -> str:
    if value is None:
        return ""
    text = _text(value)
    return '"' + text.replace('"', '""') + '"' if NEEDS_QUOTES.search(text) else text


def _write_json(found: Answer, out: IO[str]) -> None:
    out.write("[")
    separator = "\n"
    names = [json.dumps(name, ensure_ascii=False) for name in found.columns]
    for rows in found.batches:
        for row in rows:
            members = ", ".join(f"{name}: {_json(value)}" for name, value in zip(names, row, strict=True))
            out.write(f"{separator}{{{members}}}")
            separator = ",\n"
    out.write("\n]\n")


def _json(value: Any) -> str:
    # Decimals become JSON numbers digit by digit; a float would change them.
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else "null"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else "null"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_json, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))}: {_json(item)}" for key, item in value.items()) + "}"
    if value is None or isinstance(value, bool | int | str):
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(_text(value), ensure_ascii=False)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list | tuple | dict):
        return _json(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, str | int | float | timedelta | UUID):
        return str(value)
    return str(value)


def _write_table(found: Answer, out: IO[str]) -> None:
    table = Table(*found.columns)
    shown = total = 0
    for rows in found.batches:
        total += len(rows)
        for row in rows[: TABLE_ROWS - shown]:
            table.add_row(*("" if value is None else _escape(_text(value)) for value in row))
            shown += 1
    Console(file=out).print(table)
    if total > shown:
        sys.stderr.write(f"{shown} of {total} rows shown; --format csv writes all of them.\n")


def _escape(text: str) -> str:
    from rich.markup import escape

    return escape(text)

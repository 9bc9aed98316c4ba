"""Tables of PostgreSQL, MySQL and SQLite, read through DuckDB's extensions.

Comes in: an entity with `table` or `query`, and the system's connection. Goes out: an extraction, a Parquet file that landing reads
like any delivery. With a cursor only rows at or after the last value seen (less the look-back) are pulled; without, the whole table.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from extractors.pack import Entity
from warehouse.errors import WeftError
from warehouse.extensions import load_extensions
from warehouse.identifiers import quote_identifier, quote_literal
from warehouse.settings import Settings

KINDS = {"sqlite": "sqlite_scanner", "postgres": "postgres_scanner", "mysql": "mysql_scanner"}


@dataclass(frozen=True)
class Extraction:
    """Rows pulled from a live source into a file. `cursor_value` is where the next extraction starts."""

    path: Path
    name: str
    content_hash: str
    cursor_value: str | None = None


def extract_table(
    con: duckdb.DuckDBPyConnection, settings: Settings, system: str, entity_name: str, entity: Entity, workspace: Path
) -> Extraction | None:
    """Pull the new or changed rows of one table; None when there are none.

    Raises:
        WeftError: the connection is not set, or the database cannot be reached or read; the message never holds a password.
    """
    kind, target = parse_connection(settings, system)
    load_extensions(con, KINDS[kind])
    path = workspace / "extraction.parquet"
    source = "(" + entity.query + ")" if entity.query else f"source.{_table_name(entity.table or '')}"
    since = last_cursor(con, system, entity_name) if entity.cursor else None
    cursor = f"CAST({entity.cursor} AS VARCHAR)" if entity.cursor else None
    condition = ""
    if since is not None:
        start = (
            f"TIMESTAMP {quote_literal(since)} - INTERVAL {quote_literal(entity.look_back)}"
            if entity.look_back
            else None
        )
        condition = f" WHERE {entity.cursor} >= {start}" if start else f" WHERE {cursor} > {quote_literal(since)}"
    listed = ", ".join(f"{_text_of(kind, column.name)} AS {quote_identifier(column.name)}" for column in entity.columns)
    try:
        con.execute(f"ATTACH {quote_literal(target)} AS source (TYPE {kind}, READ_ONLY)")
        if entity.query:
            con.execute("USE source")
        con.execute(
            f"COPY (SELECT {listed}{f', {cursor} AS _cursor' if cursor else ''} FROM {source} AS t{condition}) "
            f"TO {quote_literal(path)} (FORMAT parquet)"
        )
    except duckdb.Error as error:
        message = hide_secrets(str(error).splitlines()[0])
        raise WeftError(f"{system}: {entity_name} cannot be read from the database: {message}") from None
    finally:
        con.execute("USE lake")
        con.execute("DETACH DATABASE IF EXISTS source")
    return _identify(con, path, entity, entity.table or f"query of {entity_name}")


def _text_of(kind: str, column: str) -> str:
    quoted = f"t.{quote_identifier(column)}"
    if kind != "sqlite":
        return f"CAST({quoted} AS VARCHAR)"
    # SQLite has no decimal type: applications store the digits as text or as a blob that holds that text.
    return f"CASE WHEN typeof({quoted}) = 'BLOB' THEN decode(CAST({quoted} AS BLOB)) ELSE CAST({quoted} AS VARCHAR) END"


def _identify(con: duckdb.DuckDBPyConnection, path: Path, entity: Entity, name: str) -> Extraction | None:
    columns = ", ".join(quote_identifier(column) for column in entity.column_names)
    highest = "max(_cursor)" if entity.cursor else "CAST(NULL AS VARCHAR)"
    row = con.execute(
        f"SELECT count(*), sum(hash({columns}) :: HUGEINT), {highest} FROM read_parquet({quote_literal(path)})"
    ).fetchone()
    assert row is not None
    rows, total, cursor_value = row
    if not rows and entity.mode != "snapshot":
        return None
    content = hashlib.sha256(f"{name}|{rows}|{total}".encode()).hexdigest()
    return Extraction(path, name, content, cursor_value)


def last_cursor(con: duckdb.DuckDBPyConnection, system: str, entity: str) -> str | None:
    """Return where the last landed extraction of an entity ended, or None before the first."""
    row = con.execute(
        "SELECT max_by(cursor_value, load_id) FROM lake.ops.load "
        "WHERE system = ? AND entity = ? AND status = 'landed' AND cursor_value IS NOT NULL",
        [system, entity],
    ).fetchone()
    return None if row is None else row[0]


def _table_name(table: str) -> str:
    return ".".join(quote_identifier(part) for part in table.split("."))


def parse_connection(settings: Settings, system: str) -> tuple[str, str]:
    """Return the kind of database and the string DuckDB attaches, with `${NAME}` filled in from the environment.

    Raises:
        WeftError: there is no connection, its kind is unknown, or a variable it names is not set.
    """
    declared = settings.systems[system].connection
    if not declared:
        raise WeftError(
            f"systems.{system}.connection is not set. Examples: sqlite:erp.sqlite, "
            "postgres:host=db dbname=erp user=weft password=${ERP_PASSWORD}"
        )
    kind, separator, target = declared.partition(":")
    if not separator or kind not in KINDS:
        raise WeftError(
            f"systems.{system}.connection begins with {kind!r}; it must begin with one of {', '.join(KINDS)}."
        )
    filled = re.sub(r"\$\{(\w+)\}", lambda match: _variable(system, match[1]), target)
    return kind, str(settings.root / filled) if kind == "sqlite" else filled


def _variable(system: str, name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise WeftError(f"systems.{system}.connection names the variable {name}, which is not set in the environment.")
    return value


def hide_secrets(message: str) -> str:
    """Blank out passwords that a driver repeats in its errors."""
    return re.sub(r"(passw(or)?d\s*=\s*)('[^']*'|\S+)|(://[^:/@\s]+:)[^@\s]+(?=@)", r"\1\4***", message, flags=re.I)

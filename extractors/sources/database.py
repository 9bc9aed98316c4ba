"""Tables of PostgreSQL, MySQL and SQLite, read through DuckDB's extensions.

Comes in: an entity with `table` or `query`, and the system's connection. Goes out: an extraction, a Parquet file. The source itself
turns every value into text, so that no decimal passes through a binary number. With a cursor only rows at or after the last value
seen (less the look-back) are pulled; without, the whole table. With `deletes: comparison` the keys of all rows come too.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import duckdb

from extractors.changes import keys_come_back
from extractors.load import raw_table
from extractors.pack import Entity
from extractors.refusal import DeliveryRefused
from extractors.sources.extraction import Extraction, filled_from_environment, hide_secrets, highest, last_cursor
from extractors.sources.scan import Scan, match_columns
from warehouse.errors import WeftError
from warehouse.extensions import load_extensions
from warehouse.identifiers import quote_identifier, quote_literal
from warehouse.settings import Settings

KINDS = {"sqlite": "sqlite_scanner", "postgres": "postgres_scanner", "mysql": "mysql_scanner"}
TEXT = {"sqlite": "TEXT", "postgres": "TEXT", "mysql": "CHAR"}
QUOTE = {"postgres": "'", "mysql": '"'}
# Of the value that the rows of an extraction are asked for by; declared columns never begin with _.
CURSOR = "_cursor"
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def extract_table(
    con: duckdb.DuckDBPyConnection, settings: Settings, system: str, entity_name: str, entity: Entity, workspace: Path
) -> Extraction:
    """Pull the rows of one table, with a cursor the new and changed ones.

    Raises:
        WeftError: the connection is not set, or names a variable that is not.
        DeliveryRefused: the database cannot be reached or read, or a required column is missing; never names a password.
    """
    kind, target = parse_connection(settings, system)
    load_extensions(con, KINDS[kind])
    path = workspace / "extraction.parquet"
    name = entity.table or f"query of {entity_name}"
    since = last_cursor(con, system, entity_name) if entity.cursor else None
    start = _start(con, since, entity.look_back)
    keys = None
    try:
        with _attached(con, kind, target):
            # Keys before rows: a row that is made in between is then known to be there.
            if entity.compares_keys:
                keys = _copy_keys(con, kind, entity, name, workspace / "keys.parquet")
            _copy(con, kind, entity, name, start, path)
            if keys and start is not None and keys_come_back(con, raw_table(system, entity_name), entity, keys, path):
                # A row came back with an old value in its cursor, from a backup perhaps: only the whole table shows it.
                _copy(con, kind, entity, name, None, path)
    except duckdb.Error as error:
        message = hide_secrets(str(error).splitlines()[0])
        raise DeliveryRefused(f"{name} cannot be read from the database of {system}: {message}") from None
    return replace(_extraction(con, path, entity, name), keys=keys)


@contextmanager
def _attached(con: duckdb.DuckDBPyConnection, kind: str, target: str) -> Iterator[None]:
    """Attach the database as `source`, read-only, so that moments come as UTC and ISO whatever the server's settings."""
    if kind == "sqlite" and not Path(target).is_file():
        raise DeliveryRefused(f"There is no SQLite database {target}; correct the system's connection.")
    wanted = {"PGTZ": "UTC", "PGDATESTYLE": "ISO"}
    before = {variable: os.environ.get(variable) for variable in wanted}
    os.environ.update(wanted)
    try:
        if kind == "mysql":
            con.execute("SET mysql_session_time_zone = '+00:00'")
        con.execute(f"ATTACH {quote_literal(target)} AS source (TYPE {kind}, READ_ONLY)")
        yield
    finally:
        con.execute("DETACH DATABASE IF EXISTS source")
        for variable, value in before.items():
            os.environ.pop(variable)
            if value is not None:
                os.environ[variable] = value


def _copy(con: duckdb.DuckDBPyConnection, kind: str, entity: Entity, name: str, start: str | None, path: Path) -> None:
    """Write the declared columns, as text, and the cursor into a Parquet file."""
    source = _source(kind, entity)
    as_text = _as_text(con, kind, entity, name, entity.column_names)
    condition = ""
    if entity.cursor:
        as_text.append(f"CAST({entity.cursor} AS {TEXT[kind]}) AS {_quote(kind, CURSOR)}")
    if start is not None:
        # What has no value in its cursor could never be asked for again, so it is asked for every time.
        condition = f" WHERE {entity.cursor} >= {_literal(kind, start)} OR {entity.cursor} IS NULL"
    query = f"SELECT {', '.join(as_text)} FROM {source} AS t{condition}"
    con.execute(f"COPY ({_ask(kind, query)}) TO {quote_literal(path)} (FORMAT parquet)")


def _copy_keys(con: duckdb.DuckDBPyConnection, kind: str, entity: Entity, name: str, path: Path) -> str:
    """Write the keys of all rows, as text, into a Parquet file, and return the query that reads it."""
    query = f"SELECT {', '.join(_as_text(con, kind, entity, name, entity.key))} FROM {_source(kind, entity)} AS t"
    con.execute(f"COPY ({_ask(kind, query)}) TO {quote_literal(path)} (FORMAT parquet)")
    return f"SELECT * FROM read_parquet({quote_literal(path)})"


def _source(kind: str, entity: Entity) -> str:
    if entity.query:
        return f"({entity.query.strip().rstrip(';')})"
    return _quote(kind, *(entity.table or "").split("."))


def _as_text(con: duckdb.DuckDBPyConnection, kind: str, entity: Entity, name: str, columns: list[str]) -> list[str]:
    """Return what the source is to select, so that those of `columns` that it has arrive as text under their landed names."""
    found = con.execute(f"DESCRIBE {_ask(kind, f'SELECT * FROM {_source(kind, entity)} AS t LIMIT 0')}").fetchall()
    exported = [row[0] for row in found]
    return [
        f"CAST(t.{_quote(kind, raw)} AS {TEXT[kind]}) AS {_quote(kind, column)}"
        for raw, column in zip(exported, match_columns(entity, exported, name), strict=True)
        if column in columns
    ]


def _ask(kind: str, query: str) -> str:
    """Return a DuckDB query that lets the source run `query` in its own dialect."""
    return f"SELECT * FROM {kind}_query('source', {quote_literal(query)})"


def _quote(kind: str, *names: str) -> str:
    if kind == "mysql":
        return ".".join("`" + name.replace("`", "``") + "`" for name in names)
    return ".".join(quote_identifier(name) for name in names)


def _literal(kind: str, value: str) -> str:
    # SQLite compares numbers and texts by their storage; the others take the type from the column.
    if kind == "sqlite" and NUMBER.fullmatch(value):
        return value
    return quote_literal(value.replace("\\", "\\\\") if kind == "mysql" else value)


def _start(con: duckdb.DuckDBPyConnection, since: str | None, look_back: str | None) -> str | None:
    """Return where to start: the last value seen, less the look-back if that value is a time."""
    if since is None or look_back is None:
        return since
    row = con.execute(
        f"SELECT CAST(TRY_CAST(? AS TIMESTAMP) - INTERVAL {quote_literal(look_back)} AS VARCHAR)", [since]
    ).fetchone()
    return row[0] if row and row[0] else since


def _extraction(con: duckdb.DuckDBPyConnection, path: Path, entity: Entity, name: str) -> Extraction:
    reader = f"read_parquet({quote_literal(path)})"
    present = [row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {reader}").fetchall()]
    columns = [column for column in present if column != CURSOR]
    listed = ", ".join(quote_identifier(column) for column in columns)
    cursor = highest(quote_identifier(CURSOR)) if entity.cursor else "CAST(NULL AS VARCHAR)"
    row = con.execute(f"SELECT count(*), sum(hash({listed}) :: HUGEINT), {cursor} FROM {reader}").fetchone()
    assert row is not None
    rows, total, cursor_value = row
    return Extraction(
        name=name,
        content_hash=hashlib.sha256(f"{name}|{listed}|{rows}|{total}".encode()).hexdigest(),
        size_bytes=path.stat().st_size,
        scan=Scan(f"SELECT {listed}, row_number() OVER () AS _row FROM {reader}", columns)
        if rows or entity.compares_keys
        else None,
        cursor_value=cursor_value,
    )


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
    quote = str if kind == "sqlite" or "://" in target else partial(_quote_value, QUOTE[kind])
    filled = filled_from_environment(target, f"systems.{system}.connection", quote)
    return kind, str(settings.root / filled) if kind == "sqlite" else filled


def _quote_value(quote: str, value: str) -> str:
    """Return a value of a connection such that blanks and quotes in it do not end it."""
    return quote + value.replace("\\", "\\\\").replace(quote, "\\" + quote) + quote

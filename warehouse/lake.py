"""Connections: to the lake that a run writes, and to a published snapshot that everyone reads.

Comes in: settings. Goes out: a DuckDB connection in which the catalog `lake` is attached and current. Called by every
folder; connections are short-lived, and only the holder of the writer's lock opens the live lake to write.
"""

import secrets
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.errors import WeftError
from warehouse.extensions import LAKE_EXTENSIONS, load_extensions
from warehouse.identifiers import quote_identifier, quote_literal
from warehouse.ledger import create_ledger
from warehouse.masking import OPEN_SCHEMAS, masked_select, sees_clear
from warehouse.settings import Settings

SCHEMAS = ("raw", "staging", "intermediate", "marts", "ops")


def prepare_connection(settings: Settings) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB with the lake's extensions and the run's limits, nothing attached yet."""
    settings.temp_dir.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": settings.run.memory_limit,
            "threads": settings.run.threads,
            "temp_directory": str(settings.temp_dir),
            "autoinstall_known_extensions": "false",
        },
    )
    load_extensions(con, *LAKE_EXTENSIONS)
    return con


def attach_statement(catalog: Path, data: Path, *, read_only: bool, name: str = "lake") -> str:
    """Return the ATTACH statement for a DuckLake whose catalog is an SQLite file.

    The data path is overridden because a deployment's folder may be moved, and frozen catalogs are read from elsewhere.
    Rows are never kept within the catalog: that would take a further table of SQLite for each of the lake's, and SQLite reads
    the definitions of all its tables again whenever one is added.
    """
    options = [
        f"DATA_PATH {quote_literal(str(data) + '/')}",
        "OVERRIDE_DATA_PATH true",
        "DATA_INLINING_ROW_LIMIT 0",
    ]
    if read_only:
        options.append("READ_ONLY")
    return f"ATTACH {quote_literal(f'ducklake:sqlite:{catalog}')} AS {name} ({', '.join(options)})"


# Loading the extensions takes longer than most of a run's questions, so databases that have them are used again; not for
# ever, since what DuckLake keeps of a catalog, some megabytes, is only given back when the database closes.
USES = 10
_idle: defaultdict[tuple[str, int, Path], list[tuple[duckdb.DuckDBPyConnection, int]]] = defaultdict(list)
_idle_lock = threading.Lock()
_busy: set[duckdb.DuckDBPyConnection] = set()


@contextmanager
def connect_lake(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Attach the live lake for writing; creates it, its schemas and its ledger when they are missing.

    What the block leaves behind in the connection (temporary tables, an open transaction) is gone afterwards.
    """
    settings.data_path.mkdir(parents=True, exist_ok=True)
    is_new = not settings.catalog_path.exists()
    limits = (settings.run.memory_limit, settings.run.threads, settings.temp_dir)
    with _idle_lock:
        idle = _idle[limits].pop() if _idle[limits] else None
    database, uses = idle or (prepare_connection(settings), 0)
    con = database.cursor()
    _busy.add(con)
    is_whole = False
    try:
        con.execute(attach_statement(settings.catalog_path, settings.data_path, read_only=False))
        con.execute("USE lake")
        if is_new or not _has_ledger(con):
            con.execute("BEGIN")
            for schema in SCHEMAS:
                con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            create_ledger(con)
            con.execute("COMMIT")
        yield con
        is_whole = True
    finally:
        _busy.discard(con)
        con.close()
        try:
            database.execute("DETACH DATABASE IF EXISTS lake")
        except duckdb.Error:
            is_whole = False
        # One that was left by an exception may hold a lock on the catalog, which only its end gives back.
        if is_whole and uses + 1 < USES:
            with _idle_lock:
                _idle[limits].append((database, uses + 1))
        else:
            database.close()


def interrupt_queries() -> None:
    """Break off what the connections of `connect_lake` are doing; their transactions are rolled back."""
    for con in list(_busy):
        con.interrupt()


@contextmanager
def connect_publication(settings: Settings, publication_id: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Attach the frozen catalog of a publication, read-only; the current one unless another is named.

    Raises:
        WeftError: nothing is published yet, or the named publication is not kept.
    """
    con = open_publication(settings, publication_id)
    try:
        yield con
    finally:
        con.close()


def open_publication(
    settings: Settings, publication_id: int | None = None, *, name: str = "lake"
) -> duckdb.DuckDBPyConnection:
    """Like `connect_publication`, for callers that keep the connection: they close it."""
    from warehouse.publication import current_publication_id, publication_catalog

    wanted = publication_id if publication_id is not None else current_publication_id(settings)
    if wanted is None:
        raise WeftError("Nothing is published yet. `weft run` makes the first publication.")
    catalog = publication_catalog(settings, wanted)
    if not catalog.is_file():
        raise WeftError(f"Publication {wanted} is not kept. `weft publications` lists those that are.")
    con = prepare_connection(settings)
    try:
        con.execute(attach_statement(catalog, settings.data_path, read_only=True, name=name))
        con.execute(f"USE {name}")
    except Exception:
        con.close()
        raise
    return con


def open_for_role(
    settings: Settings,
    role: str | None,
    publication_id: int | None = None,
    *,
    tables: Iterable[tuple[str, str]] | None = None,
    schemas: Sequence[str] = OPEN_SCHEMAS,
) -> duckdb.DuckDBPyConnection:
    """Open a publication as a role sees it: `lake` is the publication, or views of it in which personal columns are masked.

    `tables` names the (schema, table) pairs that are asked for, where the caller knows; else all of `schemas` are offered. The
    publication behind the views has a name that cannot be guessed.

    Raises:
        WeftError: there is no such role, or no such publication.
    """
    if sees_clear(settings, role):
        return open_publication(settings, publication_id)
    hidden = f"hidden_{secrets.token_hex(16)}"
    con = open_publication(settings, publication_id, name=hidden)
    try:
        con.execute("ATTACH ':memory:' AS lake")
        for schema in OPEN_SCHEMAS:
            con.execute(f"CREATE SCHEMA IF NOT EXISTS lake.{schema}")
        wanted = None if tables is None else set(tables)
        found = con.execute(
            "SELECT schema_name, table_name, list((column_name, data_type) ORDER BY column_index) FROM duckdb_columns() "
            "WHERE database_name = ? AND list_contains(?, schema_name) GROUP BY ALL ORDER BY ALL",
            [hidden, list(schemas)],
        ).fetchall()
        for schema, table, columns in found:
            if wanted is not None and (schema, table) not in wanted:
                continue
            name = f"{quote_identifier(schema)}.{quote_identifier(table)}"
            con.execute(f"CREATE VIEW lake.{name} AS {masked_select(f'{hidden}.{name}', columns)}")
        con.execute("USE lake")
    except Exception:
        con.close()
        raise
    return con


def _has_ledger(con: duckdb.DuckDBPyConnection) -> bool:
    # The information schema would list every table of the lake; asking for the table itself is quicker.
    try:
        con.execute("SELECT 1 FROM ops.run LIMIT 0")
    except duckdb.CatalogException:
        return False
    return True

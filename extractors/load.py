"""One load: what a scan reads of one delivery goes into the lake, in one transaction or not at all.

Comes in: the identity of a delivery and its scan. Goes out: raw rows, rejected rows and the ledger's entry, and a `LoadResult`.
Called by landing.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from extractors.changes import Changes, changes_since_last_delivery, gone, only_news
from extractors.pack import Entity
from extractors.refusal import DeliveryRefused
from extractors.sources.scan import Scan
from extractors.sources.typed_file import without_paths
from warehouse.identifiers import quote_identifier, quote_literal

DELETED = "_is_deleted"
ORIGIN = (
    "_load_id BIGINT", "_file VARCHAR", "_row BIGINT", "_extracted_at TIMESTAMP", "_exported_on DATE", f"{DELETED} BOOLEAN",
)  # fmt: skip


@dataclass(frozen=True)
class LoadResult:
    """What became of one new delivery.

    `status` is 'landed' or 'failed'; a failed delivery landed nothing and `message` says why. `changes` compares a snapshot
    with the delivery before it.
    """

    system: str
    entity: str
    file: str
    status: str
    load_id: int
    rows_read: int = 0
    rows_landed: int = 0
    rows_rejected: int = 0
    size_bytes: int = 0
    seconds: float = 0.0
    message: str | None = None
    columns_added: list[str] = field(default_factory=list)
    changes: Changes | None = None


@dataclass(frozen=True)
class Load:
    """Identity of a delivery that is about to be landed. Of a live source (`is_live`) only what is new is landed.

    `keys` is a query of all keys that the source has; records with other keys are gone.
    """

    load_id: int
    run_id: str
    system: str
    entity_name: str
    entity: Entity
    file: str
    content_hash: str
    size_bytes: int
    exported_on: date
    started: float
    cursor_value: str | None = None
    is_live: bool = False
    keys: str | None = None

    @property
    def table(self) -> str:
        return raw_table(self.system, self.entity_name)


def raw_table(system: str, entity: str) -> str:
    """Return the quoted name of the raw table of an entity."""
    return f"lake.raw.{quote_identifier(f'{system}__{entity}')}"


def create_raw_tables(con: duckdb.DuckDBPyConnection, system: str, entities: dict[str, Entity]) -> None:
    """Create the raw tables of a system that are missing, in one transaction: each change of the lake's schema costs time."""
    con.execute("BEGIN")
    for name, entity in entities.items():
        columns = [f"{quote_identifier(column)} VARCHAR" for column in entity.column_names]
        con.execute(f"CREATE TABLE IF NOT EXISTS {raw_table(system, name)} ({', '.join([*columns, *ORIGIN])})")
    con.execute("COMMIT")


def complete_raw_table(con: duckdb.DuckDBPyConnection, table: str, entity: Entity) -> bool:
    """Let a raw table have at least the declared columns; false if it does not exist."""
    try:
        _add_columns(con, table, entity.column_names)
        _add_columns(con, table, [DELETED], "BOOLEAN")  # Tables of older versions have none.
    except duckdb.CatalogException:
        return False
    return True


def execute_load(con: duckdb.DuckDBPyConnection, load: Load, scan: Scan, workspace: Path) -> LoadResult | None:
    """Land a delivery; None if it is an extraction without anything new.

    Raises:
        DeliveryRefused: it cannot be read or trusted; nothing is landed then.
    """
    rejects = workspace / "rejects.parquet"
    try:
        outcome = _attempt(con, load, scan, rejects, renumber=False)
        if isinstance(outcome, Path):
            # Which records were left out is known only now; their places are, when the others are read again.
            outcome = _attempt(con, load, scan, rejects, renumber=True)
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException) as error:
        raise DeliveryRefused(_unreadable(load, error)) from error
    assert not isinstance(outcome, Path)
    return outcome


def _attempt(
    con: duckdb.DuckDBPyConnection, load: Load, scan: Scan, rejects: Path, *, renumber: bool
) -> LoadResult | Path | None:
    """Read, and commit. The path of the rejects, with nothing committed, if the records must be renumbered because of them."""
    now = datetime.now(UTC).replace(tzinfo=None)
    con.execute("BEGIN")
    try:
        added = [
            column for column in _add_columns(con, load.table, scan.columns) if column not in load.entity.column_names
        ]
        landed = _insert(con, load, scan, now, rejects if renumber else None)
        rejected = _count_rejects(con, load, scan, landed, rejects, renumber=renumber)
        if rejected and scan.skips_rejects and not renumber:
            con.execute("ROLLBACK")
            return rejects
        deleted = _insert_tombstones(con, load, now) if load.keys else 0
        landed += deleted
        if not landed and not rejected and load.is_live:
            con.execute("ROLLBACK")
            return None
        _refuse_empty(load, landed)
        if rejected:
            _keep_rejects(con, load, rejects, now)
        changes = changes_since_last_delivery(con, load.table, load.load_id, load.entity)
        message = _message(scan.warnings, changes, added, deleted)
        write_load(con, load, landed, rejected, "landed", message, added, now)
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise
    finally:
        con.execute("DROP TABLE IF EXISTS temp.unreadable; DROP TABLE IF EXISTS temp.unreadable_scan")
    return LoadResult(
        load.system, load.entity_name, load.file, "landed", load.load_id, landed + rejected, landed, rejected,
        load.size_bytes, time.monotonic() - load.started, message, added, changes,
    )  # fmt: skip


def _insert(con: duckdb.DuckDBPyConnection, load: Load, scan: Scan, now: datetime, rejects: Path | None) -> int:
    names = ", ".join(quote_identifier(column) for column in scan.columns)
    source, row = f"({scan.select}) AS read", "_row"
    if load.is_live and load.entity.mode != "snapshot":
        source = f"({only_news(scan.select, load.table, load.entity, scan.columns)}) AS read"
    if rejects is not None:
        # Before the n-th reject stand n - 1 rejects; the records after it are one further down than they were counted.
        gaps = (
            "SELECT accepted_before, max(n) AS gap FROM ("
            f"SELECT record - row_number() OVER (ORDER BY record) AS accepted_before, row_number() OVER (ORDER BY record) AS n "
            f"FROM read_parquet({quote_literal(rejects)})) GROUP BY accepted_before"
        )
        source += f" ASOF LEFT JOIN ({gaps}) AS gaps ON read._row > gaps.accepted_before"
        row = "_row + coalesce(gap, 0)"
    return _count(
        con,
        f"INSERT INTO {load.table} ({names}, _load_id, _file, _row, _extracted_at, _exported_on) "
        f"SELECT {names}, ?, ?, {row}, ?, ? FROM {source}",
        [load.load_id, load.file, now, load.exported_on],
    )


def _insert_tombstones(con: duckdb.DuckDBPyConnection, load: Load, now: datetime) -> int:
    """Land what is gone from the source once more as it last was, marked as deleted."""
    assert load.keys is not None
    names = ", ".join(quote_identifier(column) for column in load.entity.column_names)
    highest = f"SELECT coalesce(max(_row), 0) FROM {load.table} WHERE _load_id = {load.load_id}"
    return _count(
        con,
        f"INSERT INTO {load.table} ({names}, _load_id, _file, _row, _extracted_at, _exported_on, {DELETED}) "
        f"SELECT {names}, ?, ?, ({highest}) + row_number() OVER (ORDER BY _load_id, _row), ?, ?, true "
        f"FROM ({gone(load.keys, load.table, load.load_id, load.entity)})",
        [load.load_id, load.file, now, load.exported_on],
    )


def _count_rejects(
    con: duckdb.DuckDBPyConnection, load: Load, scan: Scan, landed: int, rejects: Path, *, renumber: bool
) -> int:
    """Write the rejects into a file, which outlives a rollback, and return their number."""
    if not renumber:
        scan.verify(con)
        query = scan.rejects(con)
        if query is None:
            return 0
        con.execute(f"COPY ({query}) TO {quote_literal(rejects)} (FORMAT parquet)")
    listed = f"read_parquet({quote_literal(rejects)})"
    rejected = _count(con, f"SELECT count(*) FROM {listed}", [])
    if rejected > (landed + rejected) * load.entity.maximum_rejected_ratio:
        first = con.execute(f"SELECT line, reason, raw_text[:80] FROM {listed} ORDER BY line LIMIT 1").fetchone()
        assert first is not None
        raise DeliveryRefused(
            f"{load.file}: {rejected} of {landed + rejected} records cannot be read; the file is not in the format that the pack "
            f"declares. The first is line {first[0]}, {first[1]}: “{first[2]}”. Nothing was landed from it."
        )
    return rejected


def _keep_rejects(con: duckdb.DuckDBPyConnection, load: Load, rejects: Path, now: datetime) -> None:
    con.execute(
        "INSERT INTO lake.ops.rejected_row SELECT ?, ?, ?, ?, ?, line, column_name, value, raw_text, reason, ? "
        f"FROM read_parquet({quote_literal(rejects)})",
        [load.load_id, load.run_id, load.system, load.entity_name, load.file, now],
    )


def _refuse_empty(load: Load, landed: int) -> None:
    if not landed and load.entity.mode == "snapshot":
        raise DeliveryRefused(
            f"{load.file} has no records. It should hold the whole table, so this would delete everything; "
            "nothing was landed from it. Ask for the file again."
        )


def _unreadable(load: Load, error: duckdb.Error) -> str:
    if "CSV Parser state machine" in str(error):
        return (
            f"{load.file} cannot be read: it has quotes in places where none may be, in a file whose rows end in different ways. "
            "Nothing was landed from it; export it anew with one kind of row end, or correct the pack's quote."
        )
    return f"{load.file} cannot be read: {without_paths(error)}. Nothing was landed from it; ask for the file again."


def _add_columns(
    con: duckdb.DuckDBPyConnection, table: str, columns: list[str], type_name: str = "VARCHAR"
) -> list[str]:
    known = {row[0].lower() for row in con.execute(f"DESCRIBE {table}").fetchall()}
    added = [column for column in columns if column.lower() not in known]
    for column in added:
        con.execute(f"ALTER TABLE {table} ADD COLUMN {quote_identifier(column)} {type_name}")
    return added


def _message(warnings: list[str], changes: Changes | None, added: list[str], deleted: int) -> str | None:
    parts = list(warnings)
    if added:
        parts.append(f"New columns, added to the raw table: {', '.join(added)}.")
    if changes is not None:
        parts.append(str(changes))
    if deleted:
        parts.append(f"{deleted} records are no longer in the source and count as deleted.")
    return " ".join(parts) or None


def record_failure(con: duckdb.DuckDBPyConnection, load: Load, message: str) -> LoadResult:
    """Write down that a delivery could not be landed, and why."""
    write_load(con, load, 0, 0, "failed", message, [], datetime.now(UTC).replace(tzinfo=None))
    return LoadResult(
        load.system, load.entity_name, load.file, "failed", load.load_id,
        size_bytes=load.size_bytes, seconds=time.monotonic() - load.started, message=message,
    )  # fmt: skip


def write_load(
    con: duckdb.DuckDBPyConnection,
    load: Load,
    landed: int,
    rejected: int,
    status: str,
    message: str | None,
    added: list[str],
    now: datetime,
) -> None:
    """Make the ledger's entry of one load."""
    con.execute(
        "INSERT INTO lake.ops.load VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            load.load_id, load.run_id, load.system, load.entity_name, load.entity.kind, load.file, load.content_hash,
            load.size_bytes, load.exported_on, now, landed + rejected, landed, rejected, status, message, load.cursor_value,
            added or None, time.monotonic() - load.started,
        ],
    )  # fmt: skip


def next_load_id(con: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the next load; loads are numbered in the order of landing."""
    return _count(con, "SELECT coalesce(max(load_id), 0) + 1 FROM lake.ops.load", [])


def _count(con: duckdb.DuckDBPyConnection, statement: str, parameters: list[object]) -> int:
    row = con.execute(statement, parameters).fetchone()
    assert row is not None
    return int(row[0])

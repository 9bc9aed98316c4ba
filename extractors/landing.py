"""Landing: deliveries become rows of `raw.<system>__<entity>`, once, whole, and unchanged.

Comes in: settings and the name of an entity. Goes out: one `LoadResult` per new delivery, and rows in `raw`, `ops.load` and
`ops.rejected_row`, all of one delivery in one transaction. Called by orchestration under the writer's lock.
"""

import hashlib
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from extractors.changes import Changes, changes_since_last_delivery
from extractors.deliveries import Delivery, find_deliveries
from extractors.pack import Entity, load_pack
from extractors.refusal import DeliveryRefused
from extractors.sources.csv_file import scan_csv
from extractors.sources.database import Extraction, extract_table
from extractors.sources.json_lines import scan_json_lines
from extractors.sources.rest import extract_endpoint
from extractors.sources.scan import Scan
from extractors.sources.typed_file import scan_parquet, scan_xlsx
from warehouse.identifiers import quote_identifier
from warehouse.lake import connect_lake
from warehouse.settings import Settings

ORIGIN = ("_load_id BIGINT", "_file VARCHAR", "_row BIGINT", "_extracted_at TIMESTAMP", "_exported_on DATE")


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
class _Load:
    """Identity of a delivery that is about to be landed."""

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

    @property
    def table(self) -> str:
        return raw_table(self.system, self.entity_name)


def raw_table(system: str, entity: str) -> str:
    """Return the quoted name of the raw table of an entity."""
    return f"lake.raw.{quote_identifier(f'{system}__{entity}')}"


def land_system(settings: Settings, system: str, run_id: str) -> list[LoadResult]:
    """Land every entity of a system; an entity that fails does not keep the others from landing."""
    pack = load_pack(settings.systems[system].pack)
    return [result for entity in pack.entities for result in land_entity(settings, system, entity, run_id)]


def land_entity(settings: Settings, system: str, entity: str, run_id: str) -> list[LoadResult]:
    """Land the new deliveries of one entity, oldest first. The raw table exists afterwards, even if nothing was delivered.

    A delivery is known by the hash of its content: what was landed once is not landed again, under whatever name it comes.
    A delivery that cannot be read is recorded as failed, every run anew until it is replaced, and lands nothing.

    Raises:
        WeftError: the inbox is missing, or the source cannot be reached.
    """
    described = load_pack(settings.systems[system].pack).entities[entity]
    with connect_lake(settings) as con, tempfile.TemporaryDirectory(dir=settings.temp_dir) as workspace:
        _create_raw_table(con, system, entity, described)
        if described.kind == "file":
            return _land_files(con, settings, system, entity, described, run_id, Path(workspace))
        extract = extract_table if described.kind == "database" else extract_endpoint
        started = time.monotonic()
        extraction = extract(con, settings, system, entity, described, Path(workspace))
        if extraction is None or _is_known(con, system, entity, extraction.content_hash):
            return []
        return [_land_extraction(con, settings, system, entity, described, run_id, extraction, started)]


def _land_files(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    system: str,
    entity_name: str,
    entity: Entity,
    run_id: str,
    workspace: Path,
) -> list[LoadResult]:
    results = []
    for delivery in find_deliveries(settings, system)[entity_name]:
        started = time.monotonic()
        content_hash = _hash_file(delivery.path)
        if _is_known(con, system, entity_name, content_hash):
            continue
        load = _Load(
            _next_load_id(con), run_id, system, entity_name, entity, delivery.name, content_hash,
            delivery.path.stat().st_size, delivery.exported_on, started,
        )  # fmt: skip
        with tempfile.TemporaryDirectory(dir=workspace) as folder:
            try:
                results.append(_land(con, load, _scan(con, entity, delivery, Path(folder))))
            except DeliveryRefused as refusal:
                results.append(_record_failure(con, load, str(refusal)))
    return results


def _scan(con: duckdb.DuckDBPyConnection, entity: Entity, delivery: Delivery, workspace: Path) -> Scan:
    if entity.format == "csv":
        return scan_csv(entity, delivery.path, delivery.name, workspace)
    read = {"jsonl": scan_json_lines, "parquet": scan_parquet, "xlsx": scan_xlsx}[entity.format]
    return read(con, entity, delivery.path, delivery.name, workspace)


def _land_extraction(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    system: str,
    entity_name: str,
    entity: Entity,
    run_id: str,
    extraction: Extraction,
    started: float,
) -> LoadResult:
    load = _Load(
        _next_load_id(con), run_id, system, entity_name, entity, extraction.name, extraction.content_hash,
        extraction.path.stat().st_size, datetime.now(UTC).date(), started,
    )  # fmt: skip
    try:
        scan = (
            scan_parquet(con, entity, extraction.path, extraction.name, extraction.path.parent)
            if extraction.path.suffix == ".parquet"
            else scan_json_lines(con, entity, extraction.path, extraction.name, extraction.path.parent)
        )
        return _land(con, load, scan, extraction.cursor_value)
    except DeliveryRefused as refusal:
        return _record_failure(con, load, str(refusal))


def _land(con: duckdb.DuckDBPyConnection, load: _Load, scan: Scan, cursor_value: str | None = None) -> LoadResult:
    now = datetime.now(UTC).replace(tzinfo=None)
    con.execute("BEGIN")
    try:
        added = _add_columns(con, load, scan.columns)
        names = ", ".join(quote_identifier(column) for column in scan.columns)
        try:
            landed = _count(
                con,
                f"INSERT INTO {load.table} ({names}, _load_id, _file, _row, _extracted_at, _exported_on) "
                f"SELECT {names}, ?, ?, _row, ?, ? FROM ({scan.select})",
                [load.load_id, load.file, now, load.exported_on],
            )
        except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException) as error:
            raise DeliveryRefused(
                f"{load.file} cannot be read: {str(error).splitlines()[0]}. Nothing was landed from it."
            ) from error
        scan.verify(con)
        rejected = _keep_rejects(con, load, scan, now)
        _refuse_empty_or_unreadable(con, load, landed, rejected)
        changes = changes_since_last_delivery(con, load.table, load.load_id, load.entity) if landed else None
        message = _message(scan.warnings, changes, added)
        _write_load(con, load, landed, rejected, "landed", message, cursor_value, added, now)
        con.execute("COMMIT")
    except Exception:
        con.execute("ROLLBACK")
        raise
    finally:
        con.execute("DROP TABLE IF EXISTS temp.unreadable; DROP TABLE IF EXISTS temp.unreadable_scan")
    return LoadResult(
        load.system, load.entity_name, load.file, "landed", load.load_id, landed + rejected, landed, rejected,
        load.size_bytes, time.monotonic() - load.started, message, added, changes,
    )  # fmt: skip


def _keep_rejects(con: duckdb.DuckDBPyConnection, load: _Load, scan: Scan, now: datetime) -> int:
    """Store what could not be read, and number the other records as they stand in the delivery, counting those too."""
    if scan.rejects is None:
        return 0
    con.execute(f"CREATE OR REPLACE TEMP TABLE rejects AS {scan.rejects}")
    rejected = _count(
        con,
        "INSERT INTO lake.ops.rejected_row SELECT ?, ?, ?, ?, ?, line, column_name, value, raw_text, reason, ? FROM temp.rejects",
        [load.load_id, load.run_id, load.system, load.entity_name, load.file, now],
    )
    if rejected and load.entity.format == "csv":
        con.execute(
            "CREATE OR REPLACE TEMP TABLE gaps AS "
            "SELECT record - row_number() OVER (ORDER BY record) AS accepted_before FROM temp.rejects"
        )
        con.execute(
            f"UPDATE {load.table} SET _row = _row + (SELECT count(*) FROM temp.gaps WHERE accepted_before < _row) "
            "WHERE _load_id = ?",
            [load.load_id],
        )
    return rejected


def _refuse_empty_or_unreadable(con: duckdb.DuckDBPyConnection, load: _Load, landed: int, rejected: int) -> None:
    if rejected and rejected > (landed + rejected) * load.entity.maximum_rejected_ratio:
        first = con.execute("SELECT line, reason, raw_text FROM temp.rejects ORDER BY line LIMIT 1").fetchone()
        assert first is not None
        raise DeliveryRefused(
            f"{load.file}: {rejected} of {landed + rejected} records cannot be read; the file is not in the format that the pack "
            f"declares. The first is line {first[0]}, {first[1]}: “{first[2][:80]}”. Nothing was landed from it."
        )
    if not landed and load.entity.mode == "snapshot":
        raise DeliveryRefused(
            f"{load.file} has no records. It should hold the whole table, so this would delete everything; "
            "nothing was landed from it. Ask for the file again."
        )


def _create_raw_table(con: duckdb.DuckDBPyConnection, system: str, entity_name: str, entity: Entity) -> None:
    columns = [f"{quote_identifier(column)} VARCHAR" for column in entity.column_names]
    con.execute(f"CREATE TABLE IF NOT EXISTS {raw_table(system, entity_name)} ({', '.join([*columns, *ORIGIN])})")


def _add_columns(con: duckdb.DuckDBPyConnection, load: _Load, columns: list[str]) -> list[str]:
    known = {row[0] for row in con.execute(f"DESCRIBE {load.table}").fetchall()}
    added = [column for column in columns if column not in known]
    for column in added:
        con.execute(f"ALTER TABLE {load.table} ADD COLUMN {quote_identifier(column)} VARCHAR")
    return [column for column in added if column not in load.entity.column_names]


def _message(warnings: list[str], changes: Changes | None, added: list[str]) -> str | None:
    parts = list(warnings)
    if added:
        parts.append(f"New columns, added to the raw table: {', '.join(added)}.")
    if changes is not None:
        parts.append(str(changes))
    return " ".join(parts) or None


def _record_failure(con: duckdb.DuckDBPyConnection, load: _Load, message: str) -> LoadResult:
    _write_load(con, load, 0, 0, "failed", message, None, [], datetime.now(UTC).replace(tzinfo=None))
    return LoadResult(
        load.system, load.entity_name, load.file, "failed", load.load_id,
        size_bytes=load.size_bytes, seconds=time.monotonic() - load.started, message=message,
    )  # fmt: skip


def _write_load(
    con: duckdb.DuckDBPyConnection,
    load: _Load,
    landed: int,
    rejected: int,
    status: str,
    message: str | None,
    cursor_value: str | None,
    added: list[str],
    now: datetime,
) -> None:
    con.execute(
        "INSERT INTO lake.ops.load VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            load.load_id, load.run_id, load.system, load.entity_name, load.entity.kind, load.file, load.content_hash,
            load.size_bytes, load.exported_on, now, landed + rejected, landed, rejected, status, message, cursor_value,
            added or None, time.monotonic() - load.started,
        ],
    )  # fmt: skip


def _is_known(con: duckdb.DuckDBPyConnection, system: str, entity: str, content_hash: str) -> bool:
    found = con.execute(
        "SELECT count(*) FROM lake.ops.load WHERE system = ? AND entity = ? AND content_hash = ? AND status = 'landed'",
        [system, entity, content_hash],
    ).fetchone()
    return bool(found and found[0])


def _next_load_id(con: duckdb.DuckDBPyConnection) -> int:
    return _count(con, "SELECT coalesce(max(load_id), 0) + 1 FROM lake.ops.load", [])


def _count(con: duckdb.DuckDBPyConnection, statement: str, parameters: list[object]) -> int:
    row = con.execute(statement, parameters).fetchone()
    assert row is not None
    return int(row[0])


def _hash_file(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Landing: deliveries become rows of `raw.<system>__<entity>`, once, whole, and unchanged.

Comes in: settings and the name of an entity. Goes out: one `LoadResult` per new delivery, and rows in `raw`, `ops.load` and
`ops.rejected_row`, all of one delivery in one transaction. Called by orchestration under the writer's lock.
"""

import hashlib
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from extractors.changes import count_live
from extractors.deliveries import Delivery, find_deliveries
from extractors.load import (
    Load,
    LoadResult,
    complete_raw_table,
    create_raw_tables,
    execute_load,
    next_load_id,
    raw_table,
    record_failure,
)
from extractors.pack import Entity, load_pack
from extractors.refusal import DeliveryRefused
from extractors.sources.csv_file import scan_csv
from extractors.sources.database import extract_table
from extractors.sources.edi import scan_edi
from extractors.sources.json_lines import scan_json_lines
from extractors.sources.rest import extract_endpoint
from extractors.sources.scan import Scan
from extractors.sources.typed_file import scan_parquet, scan_xlsx
from extractors.suppression import entity_with, suppress_new_numbers, suppressed, without_suppressed
from extractors.workspace import temporary_folder
from warehouse.errors import WeftError
from warehouse.lake import connect_lake
from warehouse.settings import Settings

__all__ = ["LoadResult", "land_entity", "land_system", "pending", "raw_table"]


def land_system(settings: Settings, system: str, run_id: str) -> list[LoadResult]:
    """Land every entity of a system; an entity that fails does not keep the others from landing."""
    pack = load_pack(settings.systems[system].pack)
    return [result for entity in pack.entities for result in land_entity(settings, system, entity, run_id)]


def land_entity(settings: Settings, system: str, entity: str, run_id: str) -> list[LoadResult]:
    """Land the new deliveries of one entity, oldest first. The raw table exists afterwards, even if nothing was delivered.

    A delivery is known by the hash of its content: what was landed once is not landed again, under whatever name it comes.
    A delivery that cannot be read is recorded as failed, every run anew until it is replaced, and lands nothing.

    Raises:
        WeftError: the settings are at fault: no such entity, no inbox, no connection, a variable that is not set.
    """
    described = _described(settings, system, entity)
    with connect_lake(settings) as con, temporary_folder(settings) as workspace:
        if not complete_raw_table(con, raw_table(system, entity), described):
            create_raw_tables(con, system, load_pack(settings.systems[system].pack).entities)
        if described.kind == "file":
            return _land_files(con, settings, system, entity, described, run_id, workspace)
        result = _land_extraction(con, settings, system, entity, described, run_id, workspace)
        return [] if result is None else [result]


def pending(settings: Settings, system: str, entity: str) -> list[Delivery]:
    """Return the files of an entity that are not landed yet, oldest first; among them those that failed."""
    _described(settings, system, entity)
    with connect_lake(settings) as con:
        return [
            delivery
            for delivery in find_deliveries(settings, system)[entity]
            if (content := _content(delivery.path)) and not _is_landed(con, system, entity, content[0])
        ]


def _described(settings: Settings, system: str, entity: str) -> Entity:
    if system not in settings.systems:
        raise WeftError(f"There is no system {system!r} in weft.toml; it names {', '.join(settings.systems)}.")
    pack = load_pack(settings.systems[system].pack)
    if entity not in pack.entities:
        raise WeftError(f"The pack {pack.pack} has no entity {entity!r}; it has {', '.join(pack.entities)}.")
    return pack.entities[entity]


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
        content = _content(delivery.path)
        if content is None or _is_landed(con, system, entity_name, content[0]):
            continue
        content_hash, size = content
        load = Load(
            next_load_id(con), run_id, system, entity_name, entity, delivery.name, content_hash, size,
            delivery.exported_on, started,
        )  # fmt: skip
        with tempfile.TemporaryDirectory(dir=workspace) as folder:
            try:
                result = _execute(con, settings, load, _scan(con, load, delivery, Path(folder)), Path(folder))
                assert result is not None
                results.append(result)
            except DeliveryRefused as refusal:
                results.append(record_failure(con, load, str(refusal)))
    return results


def _execute(
    con: duckdb.DuckDBPyConnection, settings: Settings, load: Load, scan: Scan, workspace: Path
) -> LoadResult | None:
    """Land a delivery without what it says of people who were erased."""
    forgotten = suppressed(con, settings)
    if forgotten is None:
        return execute_load(con, load, scan, workspace)
    entity = entity_with(settings, load.system, load.entity_name, scan.columns)
    result = execute_load(con, load, without_suppressed(entity, forgotten, scan), workspace)
    suppress_new_numbers(con, entity, forgotten, scan)
    return result


def _scan(con: duckdb.DuckDBPyConnection, load: Load, delivery: Delivery, workspace: Path) -> Scan:
    entity = load.entity
    try:
        if entity.format == "edi":
            return scan_edi(con, entity, delivery.path, delivery.name, workspace, load.table)
        if entity.format == "csv":
            return scan_csv(entity, delivery.path, delivery.name, workspace)
        read = {"jsonl": scan_json_lines, "parquet": scan_parquet, "xlsx": scan_xlsx}[entity.format]
        return read(con, entity, delivery.path, delivery.name, workspace)
    except PermissionError as error:
        raise DeliveryRefused(f"{delivery.name} may not be read: {error.strerror}. Correct its permissions.") from error
    except FileNotFoundError as error:
        raise DeliveryRefused(
            f"{delivery.name} was taken away while it was read. Nothing was landed from it."
        ) from error


def _land_extraction(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    system: str,
    entity_name: str,
    entity: Entity,
    run_id: str,
    workspace: Path,
) -> LoadResult | None:
    """Ask a live source. A snapshot lands if it differs from the one before; of other modes, the rows that are news do."""
    started = time.monotonic()
    today = datetime.now(UTC).date()
    extract = extract_table if entity.kind == "database" else extract_endpoint
    load_id = next_load_id(con)
    name = entity.table or (entity.endpoint or {}).get("path") or entity_name
    try:
        extraction = extract(con, settings, system, entity_name, entity, workspace)
    except DeliveryRefused as refusal:
        load = Load(load_id, run_id, system, entity_name, entity, name, "", 0, today, started)
        return record_failure(con, load, str(refusal))
    load = Load(
        load_id, run_id, system, entity_name, entity, extraction.name, extraction.content_hash, extraction.size_bytes,
        today, started, extraction.cursor_value, is_live=True, keys=extraction.keys,
    )  # fmt: skip
    last_hash, last_rows = _last_landed(con, system, entity_name)
    if entity.mode == "snapshot" and extraction.content_hash == last_hash:
        return None
    if extraction.keys and (refused := _too_few_left(con, load, extraction.keys)):
        return record_failure(con, load, refused)
    if extraction.scan is None:
        if entity.mode == "snapshot" and last_rows:
            return record_failure(
                con, load, f"{load.file} has no rows any more, where it had {last_rows}; nothing was landed."
            )
        return None
    try:
        return _execute(con, settings, load, extraction.scan, workspace)
    except DeliveryRefused as refusal:
        return record_failure(con, load, str(refusal))


def _too_few_left(con: duckdb.DuckDBPyConnection, load: Load, keys: str) -> str | None:
    """Say why an extraction is refused that would delete everything, or more than the pack thinks possible."""
    before = count_live(con, load.table, load.entity)
    found = con.execute(f"SELECT count(*) FROM ({keys})").fetchone()
    left = found[0] if found else 0
    if before and not left:
        return f"{load.file} has no rows any more, where it had {before}; nothing was landed."
    if left < before * load.entity.minimum_rows_ratio:
        return (
            f"{load.file} has {left} rows, where it had {before}: less than the share of {load.entity.minimum_rows_ratio:g} that "
            "must stay. Nothing was landed; if so much was deleted in truth, lower minimum_rows_ratio in the pack."
        )
    return None


def _is_landed(con: duckdb.DuckDBPyConnection, system: str, entity: str, content_hash: str) -> bool:
    if not content_hash:
        return False
    found = con.execute(
        "SELECT count(*) FROM lake.ops.load WHERE system = ? AND entity = ? AND content_hash = ? AND status = 'landed'",
        [system, entity, content_hash],
    ).fetchone()
    return bool(found and found[0])


def _last_landed(con: duckdb.DuckDBPyConnection, system: str, entity: str) -> tuple[str | None, int]:
    """Return the content and the rows of the newest load of an entity: a source may well return to an earlier state."""
    found = con.execute(
        "SELECT content_hash, rows_landed FROM lake.ops.load WHERE system = ? AND entity = ? AND status = 'landed' "
        "ORDER BY load_id DESC LIMIT 1",
        [system, entity],
    ).fetchone()
    return (found[0], found[1]) if found else (None, 0)


def _content(path: Path) -> tuple[str, int] | None:
    """Return the hash and the size of a delivery: None if it was taken away since we looked, no hash if it may not be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
    except FileNotFoundError:
        return None
    except PermissionError:
        return "", 0

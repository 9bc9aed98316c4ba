"""Keeps the lake from growing without bound.

Comes in: the live lake and the kept publications. Goes out: expired snapshots, and Parquet files removed that neither
the live catalog nor a kept publication names. Called by `weft run` after publishing, under the writer's lock.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.identifiers import quote_literal
from warehouse.lake import connect_lake
from warehouse.publication import list_publications, publication_catalog
from warehouse.settings import Settings

FILES_OF_A_CATALOG = """
    SELECT s.path, s.path_is_relative, t.path, t.path_is_relative, f.path, f.path_is_relative
    FROM (
        SELECT table_id, path, path_is_relative, end_snapshot FROM ducklake_data_file
        UNION ALL
        SELECT table_id, path, path_is_relative, end_snapshot FROM ducklake_delete_file
    ) AS f
    JOIN (SELECT DISTINCT table_id, schema_id, path, path_is_relative FROM ducklake_table) AS t USING (table_id)
    JOIN ducklake_schema AS s USING (schema_id)
"""


@dataclass(frozen=True)
class Tidied:
    """What a maintenance pass removed: Parquet files, and their size in bytes."""

    files: int
    size_bytes: int


def tidy(settings: Settings) -> Tidied:
    """Expire all snapshots but the newest in the live catalog, then sweep files that nothing names any more.

    A file survives while the live catalog or any kept publication needs it, so every publication stays readable and
    `weft rollback` works. Files of transactions that never committed go too. The caller holds the writer's lock.
    """
    with connect_lake(settings) as con:
        _merge_small_files(con)
        snapshots = con.execute("SELECT snapshot_id FROM ducklake_snapshots('lake') ORDER BY snapshot_id").fetchall()
        old = [snapshot_id for (snapshot_id,) in snapshots[:-1]]
        if old:
            con.execute("CALL ducklake_expire_snapshots('lake', versions => ?)", [old])
    needed = _named_files(settings.catalog_path, settings.data_path, only_newest=False)
    for publication in list_publications(settings):
        catalog = publication_catalog(settings, publication.publication_id)
        needed |= _named_files(catalog, settings.data_path, only_newest=True)
    removed = [path for path in settings.data_path.rglob("*.parquet") if path not in needed]
    size = 0
    for path in removed:
        size += path.stat().st_size
        path.unlink()
    with closing(sqlite3.connect(settings.catalog_path)) as catalog_db, catalog_db:
        catalog_db.execute("DELETE FROM ducklake_files_scheduled_for_deletion")
    return Tidied(files=len(removed), size_bytes=size)


def _merge_small_files(con: duckdb.DuckDBPyConnection) -> None:
    """Make one file of the many that the ledger's tables have: each of their entries came as a file of its own."""
    tables = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'lake' AND schema_name = 'ops' ORDER BY table_name"
    ).fetchall()
    for (table,) in tables:
        con.execute(f"CALL ducklake_merge_adjacent_files('lake', {quote_literal(table)}, schema => 'ops')")


def _named_files(catalog: Path, data_path: Path, *, only_newest: bool) -> set[Path]:
    query = FILES_OF_A_CATALOG + (" WHERE f.end_snapshot IS NULL" if only_newest else "")
    with closing(sqlite3.connect(f"file:{catalog}?mode=ro", uri=True)) as connection:
        return {
            _resolve(data_path, [(schema, schema_is_relative), (table, table_is_relative), (file, file_is_relative)])
            for schema, schema_is_relative, table, table_is_relative, file, file_is_relative in connection.execute(
                query
            )
        }


def _resolve(data_path: Path, parts: list[tuple[str, int]]) -> Path:
    path = data_path
    for part, is_relative in parts:
        path = path / part if is_relative else Path(part)
    return path

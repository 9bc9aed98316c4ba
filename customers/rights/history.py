"""Leaves nothing of the lake but its newest state: no older publication, no older snapshot, no statistics of what is gone.

Comes in: a lake whose current publication is the newest. Goes out: the same, once. Called by erasure, under the writer's lock.
"""

import sqlite3
from contextlib import closing

from warehouse.lake import connect_lake
from warehouse.maintenance import tidy
from warehouse.publication import forget_others, freeze_again
from warehouse.settings import Settings


def forget_history(settings: Settings, publication_id: int) -> int:
    """Keep the named publication only; return how many earlier ones were dropped.

    A catalog keeps the least and the greatest value of each column in clear, and SQLite the pages it has freed.
    """
    dropped = forget_others(settings, publication_id)
    tidy(settings)
    with closing(sqlite3.connect(settings.catalog_path)) as catalog:
        catalog.execute("PRAGMA secure_delete = ON")
        with catalog:
            # A table's statistics never shrink. Without them DuckLake looks at those of its files, which are of what is there.
            catalog.execute(
                "UPDATE ducklake_table_column_stats SET min_value = NULL, max_value = NULL WHERE (table_id, column_id) IN "
                "(SELECT table_id, column_id FROM ducklake_column WHERE lower(column_type) IN ('varchar', 'json', 'blob'))"
            )
            for table in ("ducklake_table_column_stats", "ducklake_file_column_stats", "ducklake_table_stats"):
                catalog.execute(f"DELETE FROM {table} WHERE table_id NOT IN (SELECT table_id FROM ducklake_table)")
            catalog.execute(
                "DELETE FROM ducklake_file_column_stats WHERE data_file_id NOT IN (SELECT data_file_id FROM ducklake_data_file)"
            )
        catalog.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        catalog.execute("VACUUM")
    freeze_again(settings, publication_id)
    with connect_lake(settings) as con:  # the catalog that was written by hand can be read
        con.execute("SELECT count(*) FROM ops.run").fetchone()
    return dropped

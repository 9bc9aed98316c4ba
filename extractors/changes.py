"""What a new snapshot delivery changed against the one before it.

Comes in: a raw table with both deliveries. Goes out: counts by key. Called by landing, so that a person sees that yesterday's file
came again with one line changed.
"""

from dataclasses import dataclass

import duckdb

from extractors.pack import Entity
from warehouse.identifiers import quote_identifier


@dataclass(frozen=True)
class Changes:
    """Records added, changed and removed by a snapshot delivery, by key."""

    added: int
    changed: int
    removed: int

    def __str__(self) -> str:
        """Say it in a sentence."""
        return (
            f"Against the delivery before: {self.added} records added, {self.changed} changed, {self.removed} removed."
        )


def changes_since_last_delivery(
    con: duckdb.DuckDBPyConnection, table: str, load_id: int, entity: Entity
) -> Changes | None:
    """Compare a snapshot with the one landed before it; None for other modes and for a first delivery."""
    if entity.mode != "snapshot":
        return None
    row = con.execute(f"SELECT max(_load_id) FROM {table} WHERE _load_id < ?", [load_id]).fetchone()
    if row is None or row[0] is None:
        return None
    key = ", ".join(quote_identifier(column) for column in entity.key)
    content = ", ".join(quote_identifier(column) for column in entity.column_names)
    versions = (
        f"SELECT hash({key}) AS record, sum(hash({content})) AS content FROM {table} WHERE _load_id = ? GROUP BY 1"
    )
    counts = con.execute(
        f"SELECT count(*) FILTER (old.record IS NULL), "
        "count(*) FILTER (old.record IS NOT NULL AND new.record IS NOT NULL AND old.content <> new.content), "
        f"count(*) FILTER (new.record IS NULL) FROM ({versions}) AS old FULL JOIN ({versions}) AS new USING (record)",
        [row[0], load_id],
    ).fetchone()
    assert counts is not None
    return Changes(*counts)

"""What a new delivery changed against the rows landed before it.

Comes in: a raw table and a delivery. Goes out: counts by key, so that a person sees that yesterday's file came again with one line
changed; and, for live sources, only the rows that are news. Called by load.
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


def only_news(select: str, table: str, entity: Entity, columns: list[str]) -> str:
    """Return the query of the rows of `select` that differ from the newest row of their key in `table`.

    A live source is asked for some rows again and again (those of the look-back, those without a cursor); raw keeps what changed.
    """
    key = [quote_identifier(column) for column in entity.key if column in columns]
    if not key:
        return select
    same_key = " AND ".join(f"landed.{column} IS NOT DISTINCT FROM pulled.{column}" for column in key)
    values = ", ".join(quote_identifier(column) for column in columns)
    newest = (
        f"SELECT {', '.join(key)}, max_by(row({values}), (_load_id, _row)) AS content "
        f"FROM {table} AS landed WHERE EXISTS (SELECT 1 FROM ({select}) AS pulled WHERE {same_key}) GROUP BY {', '.join(key)}"
    )
    return (
        f"SELECT pulled.* FROM ({select}) AS pulled WHERE NOT EXISTS (SELECT 1 FROM ({newest}) AS landed "
        f"WHERE {same_key} AND landed.content IS NOT DISTINCT FROM row({', '.join(f'pulled.{quote_identifier(c)}' for c in columns)}))"
    )

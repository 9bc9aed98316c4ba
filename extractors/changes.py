"""What a new delivery changed against the rows landed before it.

Comes in: a raw table and a delivery. Goes out: counts by key, so that a person sees that yesterday's file came again with one line
changed; and, for live sources, only the rows that are news and those that are gone. Called by load and by the database source.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from extractors.pack import Entity
from warehouse.identifiers import quote_identifier, quote_literal


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
        f"SELECT {', '.join(key)}, max_by(row({values}), (_load_id, _row)) AS content, "
        f"max_by(coalesce(_is_deleted, false), (_load_id, _row)) AS is_deleted "
        f"FROM {table} AS landed WHERE EXISTS (SELECT 1 FROM ({select}) AS pulled WHERE {same_key}) GROUP BY {', '.join(key)}"
    )
    return (
        f"SELECT pulled.* FROM ({select}) AS pulled WHERE NOT EXISTS (SELECT 1 FROM ({newest}) AS landed "
        f"WHERE {same_key} AND NOT landed.is_deleted "
        f"AND landed.content IS NOT DISTINCT FROM row({', '.join(f'pulled.{quote_identifier(c)}' for c in columns)}))"
    )


def live_rows(table: str, entity: Entity, before: int | None = None) -> str:
    """Return the query of the newest row of each key in `table`, up to load `before`, without what is known to be deleted."""
    key = ", ".join(quote_identifier(column) for column in entity.key)
    condition = "" if before is None else f" WHERE _load_id < {before}"
    newest = f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY _load_id DESC, _row DESC) = 1"
    return f"SELECT * FROM (SELECT * FROM {table}{condition} {newest}) WHERE NOT coalesce(_is_deleted, false)"


def count_live(con: duckdb.DuckDBPyConnection, table: str, entity: Entity) -> int:
    """Return how many records the raw table holds that are not known to be deleted."""
    row = con.execute(f"SELECT count(*) FROM ({live_rows(table, entity)})").fetchone()
    assert row is not None
    return int(row[0])


def gone(keys: str, table: str, load_id: int, entity: Entity) -> str:
    """Return the query of the live rows landed before `load_id` whose key is not among `keys`, nor came with this load."""
    return (
        f"SELECT * FROM ({live_rows(table, entity, load_id)}) AS landed "
        f"WHERE NOT EXISTS (SELECT 1 FROM ({keys}) AS present WHERE {_same_key(entity, 'landed', 'present')}) "
        f"AND NOT EXISTS (SELECT 1 FROM {table} AS pulled WHERE pulled._load_id = {load_id} "
        f"AND {_same_key(entity, 'landed', 'pulled')})"
    )


def keys_come_back(con: duckdb.DuckDBPyConnection, table: str, entity: Entity, keys: str, pulled: Path) -> bool:
    """Say whether the source has records that are neither in the raw table, as live ones, nor among the rows just pulled."""
    row = con.execute(
        f"SELECT count(*) FROM ({keys}) AS present "
        f"WHERE NOT EXISTS (SELECT 1 FROM ({live_rows(table, entity)}) AS landed WHERE {_same_key(entity, 'landed', 'present')}) "
        f"AND NOT EXISTS (SELECT 1 FROM read_parquet({quote_literal(pulled)}) AS pulled "
        f"WHERE {_same_key(entity, 'pulled', 'present')})"
    ).fetchone()
    return bool(row and row[0])


def _same_key(entity: Entity, one: str, other: str) -> str:
    return " AND ".join(
        f"{one}.{quote_identifier(column)} IS NOT DISTINCT FROM {other}.{quote_identifier(column)}"
        for column in entity.key
    )

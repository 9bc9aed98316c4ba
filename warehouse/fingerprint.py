"""Content hashes of the marts, independent of row order and of when or in how many runs they were made.

Comes in: a connection with the catalog `lake`. Goes out: rows and hash per mart. Called when publishing, and by tests
that compare a disturbed run with an undisturbed one.
"""

from dataclasses import dataclass

import duckdb

from warehouse.identifiers import quote_identifier

# Says who wrote a row, not what it says: two runs over the same data differ only here.
BOOKKEEPING_COLUMNS = {"run_id"}


@dataclass(frozen=True)
class MartFingerprint:
    """Rows of a mart and a hash over their contents: equal contents give equal hashes in one DuckDB version."""

    rows: int
    content_hash: str


def fingerprint_marts(con: duckdb.DuckDBPyConnection) -> dict[str, MartFingerprint]:
    """Return the fingerprint of every table in schema `marts` of the attached lake."""
    tables = con.execute(
        "SELECT table_name, list(column_name ORDER BY column_name) FROM information_schema.columns "
        "WHERE table_catalog = 'lake' AND table_schema = 'marts' GROUP BY table_name ORDER BY table_name"
    ).fetchall()
    return {name: _fingerprint(con, name, columns) for name, columns in tables}


def _fingerprint(con: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> MartFingerprint:
    # Column names take part, so that two columns that swap contents are a change. A sum, unlike an exclusive-or, counts
    # rows that stand in a table twice.
    content = ", ".join(f"{quote_identifier(column)}" for column in columns if column not in BOOKKEEPING_COLUMNS)
    row = con.execute(
        f"SELECT count(*), coalesce(sum(hash({content}) :: HUGEINT), 0), hash(?) "
        f"FROM lake.marts.{quote_identifier(table)}",
        [",".join(columns)],
    ).fetchone()
    assert row is not None
    rows, total, names = row
    return MartFingerprint(rows=rows, content_hash=f"{(int(total) ^ int(names)) & (2**128 - 1):032x}")

"""A table of the lake whose columns say what they mean.

Comes in: a name, a comment, columns with SQL type and meaning. Goes out: the empty table, in the caller's transaction. Called where a table
is written by Python; those that dbt builds are described by dbt.
"""

from collections.abc import Mapping

import duckdb

from warehouse.identifiers import quote_literal


def replace_by_empty(
    con: duckdb.DuckDBPyConnection, table: str, comment: str, columns: Mapping[str, tuple[str, str]]
) -> None:
    """Create `table` (a full name of trusted parts) anew, with its comments; what it held is gone once the caller commits."""
    declared = ", ".join(f"{name} {kind}" for name, (kind, _) in columns.items())
    con.execute(f"CREATE OR REPLACE TABLE {table} ({declared})")
    con.execute(f"COMMENT ON TABLE {table} IS {quote_literal(comment)}")
    for name, (_, meaning) in columns.items():
        con.execute(f"COMMENT ON COLUMN {table}.{name} IS {quote_literal(meaning)}")

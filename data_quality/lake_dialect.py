"""DuckDB's SQLAlchemy dialect as Great Expectations needs it, with the lake attached to every connection.

Comes in: what `attach_on_connect` was given. Goes out: the dialect `weft_duckdb`. Imported by the engine when a gate
runs, and not before, since SQLAlchemy takes its time.
"""

import re
from collections.abc import Callable
from typing import Any

from duckdb_sqlalchemy import Dialect
from sqlalchemy.dialects import registry
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

DIALECT = "weft_duckdb"
_preparations: list[Callable[[Any], None]] = []
_subjects: set[str] = set()
_empty: set[str] = set()
_MARKER = re.compile(r"/\* .+? \*/")


def attach_on_connect(prepare: Callable[[Any], None]) -> None:
    """Have `prepare` called with each new DuckDB connection, in place of what was given before; what was known is forgotten."""
    _preparations[:] = [prepare]
    _subjects.clear()
    _empty.clear()


def ask_structure_only(query: str) -> None:
    """Read no rows when exactly this query is run: Great Expectations runs a subject whole, to learn its column names."""
    _subjects.add(query)


def answer_with_nothing(marker: str) -> None:
    """Read nothing for queries that hold this comment, which are known to find no rows."""
    _empty.add(marker)


class BufferedContext(Dialect.execution_ctx_cls):  # type: ignore[misc, valid-type]
    """Reads results at once: Great Expectations hands the cursor back after closing its connection, and DuckDB drops
    an unread result then."""

    def post_exec(self) -> None:
        super().post_exec()
        if self.cursor.description is not None:
            self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                self.cursor, initial_buffer=self.cursor.fetchall()
            )


class LakeDialect(Dialect):
    """DuckDB, buffered, with the lake."""

    execution_ctx_cls = BufferedContext
    supports_statement_cache = False

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        if statement in _subjects:
            statement = f"SELECT * FROM ({statement}) AS subject LIMIT 0"
        elif (found := _MARKER.search(statement)) and found[0] in _empty:
            statement = "SELECT 0" if statement.startswith("SELECT COUNT(*)") else "SELECT 1 WHERE false"
        super().do_execute(cursor, statement, parameters, context)

    def do_begin(self, dbapi_connection: Any) -> None:
        """Leave the transaction of the gate as it is; what reads only has nothing to commit."""

    do_commit = do_rollback = do_begin

    def connect(self, *arguments: Any, **options: Any) -> Any:
        connection = super().connect(*arguments, **options)
        for prepare in _preparations:
            prepare(connection)
        return connection


registry.register(DIALECT, __name__, "LakeDialect")

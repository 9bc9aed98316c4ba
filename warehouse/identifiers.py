"""Quoting of names and values that come from configuration or from files.

Comes in: text that nobody checked. Goes out: SQL fragments that cannot break out of their place. Called wherever SQL
is composed.
"""

from pathlib import Path


def quote_identifier(name: str) -> str:
    """Return `name` as a delimited SQL identifier: `a"b` becomes `"a""b"`."""
    return '"' + name.replace('"', '""') + '"'


def quote_literal(value: str | Path) -> str:
    """Return `value` as an SQL string literal: `it's` becomes `'it''s'`."""
    return "'" + str(value).replace("'", "''") + "'"

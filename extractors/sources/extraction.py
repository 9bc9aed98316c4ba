"""What is pulled from a live source: rows in a file, which landing reads like a delivery.

Comes in: nothing; the database and REST sources make it. Goes out: an `Extraction`, and where the last one ended.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from extractors.sources.scan import Scan
from warehouse.errors import WeftError


@dataclass(frozen=True)
class Extraction:
    """Rows pulled from a live source into a file. `scan` is None without rows; `cursor_value` is where the next one starts.

    `keys` is a query of the keys, as text, of all rows that the source has now; None where deletions are not found by comparison.
    """

    name: str
    content_hash: str
    size_bytes: int
    scan: Scan | None
    cursor_value: str | None = None
    keys: str | None = None


def last_cursor(con: duckdb.DuckDBPyConnection, system: str, entity: str) -> str | None:
    """Return where the last landed extraction of an entity ended, or None before the first."""
    row = con.execute(
        "SELECT max_by(cursor_value, load_id) FROM lake.ops.load "
        "WHERE system = ? AND entity = ? AND status = 'landed' AND cursor_value IS NOT NULL",
        [system, entity],
    ).fetchone()
    return None if row is None else row[0]


def highest(cursor: str) -> str:
    """Return SQL for the highest value of a text column: as numbers if all are, else as texts, which suits ISO times."""
    number = f"TRY_CAST({cursor} AS DECIMAL(38, 10))"
    whole = f"TRY_CAST({cursor} AS HUGEINT)"
    return (
        f"CASE WHEN count({whole}) = count({cursor}) THEN CAST(max({whole}) AS VARCHAR) "
        f"WHEN count({number}) = count({cursor}) THEN CAST(max({number}) AS VARCHAR) ELSE max({cursor}) END"
    )


def filled_from_environment(text: str, where: str, quote: Callable[[str], str] = str) -> str:
    """Fill in each `${NAME}`; what stands after an equals sign goes through `quote`.

    Raises:
        WeftError: a variable is not set; the message names it and the place, never a value.
    """

    def value(match: re.Match[str]) -> str:
        if match[2] not in os.environ:
            raise WeftError(f"{where} names the variable {match[2]}, which is not set in the environment.")
        found = os.environ[match[2]]
        return f"={quote(found)}" if match[1] else found

    return re.sub(r"(=?)\$\{(\w+)\}", value, text)


def hide_secrets(message: str) -> str:
    """Blank out passwords and keys that a driver repeats in its errors."""
    value = r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s&"]+)"""
    pairs = r"((?:passw(?:or)?d|passwd|token|secret|api_?key|key)\s*=\s*)" + value
    return re.sub(r"(://[^:/@\s]*:)[^@\s]+(?=@)", r"\1***", re.sub(pairs, r"\1***", message, flags=re.I))

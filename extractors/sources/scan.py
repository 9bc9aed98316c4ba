"""What a source kind hands to landing: a query over the delivery, and how to learn which records it could not read."""

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import duckdb

from extractors.pack import Entity
from extractors.refusal import DeliveryRefused
from warehouse.identifiers import quote_identifier


def _accept(_: duckdb.DuckDBPyConnection) -> None:
    return None


def _no_rejects(_: duckdb.DuckDBPyConnection) -> str | None:
    return None


@dataclass(frozen=True)
class Scan:
    """A delivery, ready to be read.

    `select` yields the columns named in `columns` (text) and `_row`, the record's number in the delivery. Once it ran,
    `verify` raises DeliveryRefused if the delivery as a whole cannot be trusted, and `rejects` returns None, or a query of
    (record, line, column_name, value, raw_text, reason) for the records that were left out. With `skips_rejects`, `_row` counted
    only the records that were read, and landing renumbers them.
    """

    select: str
    columns: list[str]
    rejects: Callable[[duckdb.DuckDBPyConnection], str | None] = _no_rejects
    verify: Callable[[duckdb.DuckDBPyConnection], None] = _accept
    skips_rejects: bool = False
    warnings: list[str] = field(default_factory=list)


def column_name(exported: str) -> str:
    """Return the name under which an exported column is landed: `Customer ID` becomes `customer_id`."""
    return re.sub(r"\W+", "_", exported.strip().lower()).strip("_")


def match_columns(entity: Entity, exported: list[str], name: str, where: str = "") -> list[str]:
    """Return the landed name of each exported column, in the delivery's order.

    A column is known by its declared name or an alias, in any case and with any signs between the words.

    Raises:
        DeliveryRefused: a required column is missing, or two columns have one name.
    """
    known = {alias.lower(): column.name for column in entity.columns for alias in [column.name, *column.aliases]}
    known = {column_name(alias): declared for alias, declared in known.items()} | known
    landed = [
        known.get(raw.strip().lower()) or known.get(column_name(raw)) or _undeclared(raw, number)
        for number, raw in enumerate(exported, start=1)
    ]
    doubled = sorted({column for column in landed if landed.count(column) > 1})
    if doubled:
        raise DeliveryRefused(f"{name}{where}: the column {doubled[0]} stands there twice. Nothing was landed from it.")
    missing = [column.name for column in entity.columns if column.required and column.name not in landed]
    if missing:
        unknown = [column for column in landed if column not in entity.column_names]
        raise DeliveryRefused(f"{name}{where}: {_missing_columns(missing, unknown)} Nothing was landed from it.")
    return landed


def _undeclared(exported: str, number: int) -> str:
    """Name a column that the pack does not know; what begins with _ would be taken for the origin of a row."""
    return column_name(exported) or f"column_{number}"


def _missing_columns(missing: list[str], unknown: list[str]) -> str:
    parts = []
    for column in missing:
        near = difflib.get_close_matches(column, unknown, n=1, cutoff=0.5)
        renamed = f"; there is an unknown column {near[0]}, which may be it under a new name" if near else ""
        parts.append(f"the required column {column} is missing{renamed}")
    text = ", and ".join(parts)
    return text[0].upper() + text[1:] + ". Ask for the column back, or declare the new name as its alias in the pack."


def as_text(columns: list[tuple[str, str]]) -> str:
    """Return a select list that casts (source expression, landed name) pairs to text."""
    return ", ".join(f"CAST({source} AS VARCHAR) AS {quote_identifier(landed)}" for source, landed in columns)

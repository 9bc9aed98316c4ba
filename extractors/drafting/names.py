"""Names: what a file's name says of its entity, and the words that a column's name is made of.

Comes in: file and column names. Goes out: identifiers and words. Called by the other modules of this folder.
"""

import re
from pathlib import Path

PACKING = (".gz", ".zip", ".csv", ".tsv", ".txt", ".tab", ".json", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".xlsm")


def entity_name(path: Path) -> str:
    """Return the entity that a file is of: `Sales-Orders_2026-11-24.csv.gz` is of `sales_orders`."""
    stem = _stem(path)
    without_dates = re.sub(r"(19|20)\d\d([-_.]?\d\d){0,2}", "", stem)
    name = re.sub(r"\W+|_+", "_", without_dates.lower()).strip("_")
    name = name if re.match(r"[a-z]", name) else f"export_{name}".rstrip("_")
    return re.sub(r"[^a-z0-9_]", "", name)[:40].rstrip("_") or "export"


def file_pattern(path: Path) -> str:
    """Return the pattern of this file and of the next days': everything from the first date or number on may differ."""
    stem = _stem(path)
    fixed = re.split(r"[-_. ]?(19|20)\d\d", stem, maxsplit=1)[0] or stem
    return f"{fixed}*"


def words(column: str) -> set[str]:
    """Return the words of a column's name: `customerID` and `Customer ID` are {customer, id}."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column)
    return {word for word in re.split(r"[\W_]+", spaced.lower()) if word}


def _stem(path: Path) -> str:
    stem = path.name
    while stem.lower().endswith(PACKING):
        stem = stem[: stem.rindex(".")]
    return stem

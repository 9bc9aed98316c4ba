"""Why are these records one person, and which pairs should somebody look at?

Comes in: a publication. Goes out: the records of a person with the links between them, and what agrees in each; the review list. Called by
`weft identity` and by the exports.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from customers.identity.decisions import read_decisions
from customers.identity.linking import certain_links
from customers.identity.model import POINTS
from distribution.csv_file import write_csv
from warehouse.errors import WeftError
from warehouse.settings import Settings

REVIEW_FILE = "identity_review.csv"
REVIEW_COLUMNS = (
    "left_record", "right_record", "match_probability", "evidence", "left_system", "left_name", "left_email", "left_phone", "left_place",
    "right_system", "right_name", "right_email", "right_phone", "right_place", "same_person", "decided_by", "note",
)  # fmt: skip
# The list is for people: the likeliest pairs come first, and nobody reads more.
REVIEWED_AT_ONCE = 5000


@dataclass(frozen=True)
class Link:
    """Two records of one person: the way they were linked, how likely it is, and what agrees."""

    left_key: str
    right_key: str
    linked_by: str
    match_probability: float
    evidence: str


@dataclass(frozen=True)
class Trace:
    """A person: her key, her records as (key, system, kind, name, e-mail, phone, place), and the links between them."""

    person_key: str
    records: list[tuple[Any, ...]]
    links: list[Link]


def trace_person(con: duckdb.DuckDBPyConnection, key: str, match_probability: float) -> Trace:
    """Return the person that a record (or an earlier key of hers) belongs to.

    Raises:
        WeftError: no record has this key.
    """
    found = con.execute("SELECT person_key FROM lake.identity.person_link WHERE record_key = ?", [key]).fetchone()
    if found is None:
        raise WeftError(
            f"There is no record or person {key!r}. Keys are in dim_customer (customer_key) and dim_person (person_key)."
        )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE hers AS SELECT r.* FROM lake.identity.record AS r "
        "JOIN lake.identity.person_link AS l USING (record_key) "
        "WHERE l.person_key = ?", [found[0]],
    )  # fmt: skip
    records = con.execute(
        "SELECT record_key, source_system, record_type, concat_ws(' ', first_name, last_name), email, coalesce(phone, phone_end), "
        "concat_ws(' ', street, house, postal_code, city, country_code) FROM hers ORDER BY seen_on, record_key"
    ).fetchall()
    con.execute(
        "CREATE OR REPLACE TEMP TABLE chosen AS "
        "SELECT p.left_key, p.right_key, p.linked_by, p.match_probability FROM lake.identity.pair AS p "
        "JOIN hers AS a ON p.left_key = a.record_key JOIN hers AS b ON p.right_key = b.record_key WHERE p.match_probability >= ? "
        f"UNION ALL BY NAME {certain_links('hers')}", [match_probability],
    )  # fmt: skip
    return Trace(found[0], records, _with_evidence(con, "chosen"))


def write_review_list(con: duckdb.DuckDBPyConnection, settings: Settings) -> tuple[Path, int]:
    """Write the pairs that are neither sure enough nor unlikely enough, likeliest first, without those that were decided.

    The file holds personal data and is for its owner's eyes. Filled in, it is a file of decisions.
    """
    chosen = settings.identity
    decided = read_decisions(settings.root / chosen.decisions)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE chosen AS SELECT p.left_key, p.right_key, p.linked_by, p.match_probability "
        "FROM lake.identity.pair AS p JOIN lake.identity.person_link AS a ON p.left_key = a.record_key "
        "JOIN lake.identity.person_link AS b ON p.right_key = b.record_key "
        f"WHERE p.match_probability >= ? AND p.match_probability < ? AND a.person_key <> b.person_key "
        f"ORDER BY p.match_probability DESC, p.left_key, p.right_key LIMIT {REVIEWED_AT_ONCE}",
        [chosen.review_probability, chosen.match_probability],
    )
    evidence = {(link.left_key, link.right_key): link.evidence for link in _with_evidence(con, "chosen")}
    side = (
        "{0}.source_system, concat_ws(' ', {0}.first_name, {0}.last_name), {0}.email, coalesce({0}.phone, {0}.phone_end), "
        "concat_ws(' ', {0}.street, {0}.house, {0}.postal_code, {0}.city, {0}.country_code)"
    )
    rows = con.execute(
        f"SELECT c.left_key, c.right_key, c.match_probability, {side.format('a')}, {side.format('b')} FROM chosen AS c "
        "JOIN lake.identity.record AS a ON c.left_key = a.record_key JOIN lake.identity.record AS b ON c.right_key = b.record_key "
        "ORDER BY c.match_probability DESC, c.left_key, c.right_key"
    ).fetchall()
    listed = [
        (row[0], row[1], f"{row[2]:.4f}", evidence[row[0], row[1]], *row[3:], None, None, None)
        for row in rows
        if (row[0], row[1]) not in decided.apart | decided.same
    ]
    path = settings.exports_dir / REVIEW_FILE
    write_csv(path, REVIEW_COLUMNS, listed, is_private=True)
    return path, len(listed)


def _with_evidence(con: duckdb.DuckDBPyConnection, pairs: str) -> list[Link]:
    """Say for the pairs of a table what agrees in them and how much each point weighs, in powers of two of the odds."""
    weights = _weights(con)
    compared = [point for point in POINTS if point.name in weights]
    labels = ", ".join(
        f"CASE WHEN {point.is_unknown} THEN NULL "
        + " ".join(f"WHEN {condition} THEN '{label}'" for label, condition, _ in point.levels)
        + f" ELSE 'differs' END AS {point.name}"
        for point in compared
    )
    names = [column[0] for column in con.execute("SELECT * FROM lake.identity.record LIMIT 0").description or []]
    sides = ", ".join(f"{alias}.{name} AS {name}_{side}" for alias, side in (("a", "l"), ("b", "r")) for name in names)
    rows = con.execute(
        f"SELECT left_key, right_key, linked_by, match_probability{', ' if labels else ''}{labels} FROM ("
        f"SELECT p.*, {sides} FROM {pairs} AS p JOIN lake.identity.record AS a ON p.left_key = a.record_key "
        "JOIN lake.identity.record AS b ON p.right_key = b.record_key) AS sided "
        "ORDER BY match_probability DESC, left_key, right_key"
    ).fetchall()
    return [
        Link(row[0], row[1], row[2], row[3], "; ".join(
            _said(point.name, label, weights[point.name].get(label, 0.0)) for point, label in zip(compared, row[4:], strict=True) if label
        ))
        for row in rows
    ]  # fmt: skip


def _said(point: str, label: str, weight: float) -> str:
    text = f"{point.replace('_', ' ')} differs" if label == "differs" else label
    return f"{text} ({weight:+.1f})"


def _weights(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, float]]:
    row = con.execute("SELECT settings FROM lake.identity.model").fetchone()
    if row is None:
        return {}
    return {
        comparison["output_column_name"]: {
            level["label_for_charts"]: math.log2(level["m_probability"] / level["u_probability"])
            for level in comparison["comparison_levels"]
            if not level.get("is_null_level")
        }
        for comparison in json.loads(row[0])["comparisons"]
    }

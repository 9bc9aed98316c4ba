"""Resolve the people of a deployment.

Comes in: settings; staged customers and leads. Goes out: schema `identity` of the lake. Called by the identity asset.
"""

import time
from dataclasses import dataclass

from customers.identity.records import copy_records
from customers.identity.tables import create_tables
from extractors.dbt_vars import dbt_vars
from warehouse.lake import connect_lake
from warehouse.settings import Settings


@dataclass(frozen=True)
class Resolved:
    """Counts of a resolution: records, persons, records that were new or changed, linked pairs, pairs for a person to look at."""

    records: int
    persons: int
    compared: int
    pairs: int
    to_review: int
    seconds: float


def resolve_people(settings: Settings) -> Resolved:
    """Put the records of people together, and replace `identity.person_link`."""
    started = time.monotonic()
    with connect_lake(settings) as con:
        create_tables(con)
        copy_records(con, dbt_vars(settings)["weft_canonical"])
        con.execute("BEGIN")
        con.execute("DELETE FROM lake.identity.person_link")
        con.execute(
            "INSERT INTO lake.identity.person_link SELECT record_key, record_type, source_system, record_key, 'alone' FROM offered"
        )
        con.execute("COMMIT")
        row = con.execute("SELECT count(*) FROM offered").fetchone()
        assert row is not None
    return Resolved(row[0], row[0], row[0], 0, 0, round(time.monotonic() - started, 3))

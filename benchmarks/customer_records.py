"""Records of invented people for the resolution: accounts, contacts and desk users with the spellings of the simulated company.

Comes in: how many records. Goes out: the records, and whose each is. Called by the benchmark of customers.
"""

import numpy as np
import polars as pl

from simulation.company import MARKETS
from simulation.world import people
from simulation.world.clock import Plan

SECOND_ACCOUNTS, REQUESTERS = 0.06, 0.2
# A person has about 1.8 records.
RECORDS_PER_PERSON = 1.8
_FIRST_ORDER = pl.datetime(2025, 1, 1, time_unit="ms")


def invented_records(count: int, seed: int = 1) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return about `count` records as `resolve_alone` takes them, and the truth: record_key, person."""
    plan = Plan(1.0, seed)
    draws = plan.draws("benchmark")
    persons = round(count / RECORDS_PER_PERSON)
    everyone = people.make(plan, draws.integers(0, len(MARKETS), persons))
    accounts = np.concatenate([np.full(persons, 1), np.full(round(persons * SECOND_ACCOUNTS), 2)])
    whose = np.concatenate([np.arange(persons), np.arange(round(persons * SECOND_ACCOUNTS)) * 7 % persons])
    orders = pl.DataFrame({"person": whose, "account": accounts, "is_guest": False, "state": None}).with_columns(
        pl.col("state").cast(pl.String), ordered_at=_FIRST_ORDER
    )
    requesters = pl.DataFrame({"person": draws.permutation(persons)[: round(persons * REQUESTERS)]}).with_columns(
        first_at=_FIRST_ORDER
    )
    named = {"first_name": "first_name", "last_name": "last_name", "email": "email", "phone": "phone"}
    homes = {"address": "address", "city": "city", "postal_code": "postal_code", "country_code": "market"}
    parts = [
        people.make_accounts(everyone, orders).select(
            "person", record_key=pl.format("a{}", "customer_id"), source_system=pl.lit("shopify"), **named, **homes
        ),
        people.make_contacts(everyone, orders).select(
            "person", record_key="contact_id", source_system=pl.lit("salesforce"), **named, **homes
        ),
        people.make_desk_users(everyone, requesters).select(
            "person",
            record_key=pl.format("d{}", "user_id"),
            source_system=pl.lit("zendesk"),
            full_name="name",
            email="email",
            phone="phone",
        ),
    ]
    records = pl.concat(parts, how="diagonal_relaxed").unique("record_key", keep="first", maintain_order=True)
    return records.drop("person"), records.select("record_key", "person")

"""The tables that dbt's Python models ask for.

Comes in: the orders of persons, a relation of the lake. Goes out: Arrow tables. Called by models/intermediate/int_lifetime_values__*.py.
"""

import duckdb
import polars as pl
import pyarrow as pa

from customers.lifetime_value.estimates import estimate
from customers.lifetime_value.evaluation import evaluate

UNKNOWN_PERSON = "0" * 32


def estimated(orders: duckdb.DuckDBPyRelation) -> pa.Table:
    """What everyone with an order is expected to order and to be worth."""
    return estimate(_of_known_people(orders)).to_arrow()


def checked(orders: duckdb.DuckDBPyRelation) -> pa.Table:
    """What each model would have said before the last days, and what came."""
    return evaluate(_of_known_people(orders)).to_arrow()


def _of_known_people(orders: duckdb.DuckDBPyRelation) -> pl.DataFrame:
    """Each order with what remained of it after refunds."""
    return (
        orders.filter(f"person_key <> '{UNKNOWN_PERSON}'")
        .project("person_key, ordered_on, CAST(net_amount_after_refunds_reporting AS DOUBLE) AS net_amount")
        .pl()
    )

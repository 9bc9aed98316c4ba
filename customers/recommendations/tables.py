"""The tables that dbt's Python models ask for.

Comes in: relations of the lake, as Polars frames. Goes out: Arrow tables. Called by models/intermediate/int_recommendations__*.py.
"""

import polars as pl
import pyarrow as pa

from customers.recommendations.choice import recommend
from customers.recommendations.evaluation import champion_of, evaluate


def measured(purchases: pl.DataFrame, products: pl.DataFrame, people: pl.DataFrame, stock: pl.DataFrame) -> pa.Table:
    """Every candidate's measures; no rows where there is nothing to measure."""
    return evaluate(_as_interactions(purchases), products, people, _known(stock, "at_split")).to_arrow()


def ranked(
    purchases: pl.DataFrame, products: pl.DataFrame, people: pl.DataFrame, stock: pl.DataFrame, measures: pl.DataFrame
) -> pa.Table:
    """Every person's recommendations by the champion of the measures."""
    chosen = recommend(_as_interactions(purchases), products, people, _known(stock, "now"), model=champion_of(measures))
    return chosen.to_arrow()


def _as_interactions(purchases: pl.DataFrame) -> pl.DataFrame:
    return purchases.rename({"purchased_on": "at"})


def _known(stock: pl.DataFrame, moment: str) -> pl.DataFrame | None:
    """The stock of one moment. A company that counts none, or did not yet, is not held back by it."""
    there = stock.filter(pl.col("moment") == moment)
    return there if there.height else None

"""Weekly sales histories, one per category and market, without holes.

Comes in: a connection to the live lake after the marts are built. Goes out: `SalesHistory`, whose series end with the
last week that is over. Called by `forecasting.sales.run`.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

FloatArray = npt.NDArray[np.float64]
WEEK = timedelta(days=7)

QUANTITIES = """
    SELECT
        coalesce(category_name, 'unknown') AS category_name,
        coalesce(country_code, 'unknown') AS market_code,
        week_start_on,
        sum(quantity) :: DOUBLE AS quantity
    FROM lake.marts.mart_sales_weekly
    GROUP BY ALL
    ORDER BY ALL
"""

# Units can only be added up within a category when they are the same; a category that mixes them says so.
UNITS = """
    SELECT
        coalesce(products.category_name, 'unknown') AS category_name,
        CASE WHEN count(DISTINCT lines.unit_code) > 1 THEN 'mixed' ELSE coalesce(min(lines.unit_code), 'unknown') END
    FROM lake.marts.fct_order_line AS lines
    LEFT JOIN lake.marts.dim_product AS products USING (product_version_key)
    GROUP BY ALL
"""


@dataclass(frozen=True)
class WeeklySeries:
    """What one category sold in one market, from its first week with sales to the last week that is over.

    `quantities` may hold negative weeks (more returned than sold). A series that began in the week that is not over yet
    has no complete week: `quantities` is empty and `started_with` holds what was sold so far.
    """

    category_name: str
    market_code: str
    unit_code: str
    quantities: FloatArray
    started_with: float | None = None


@dataclass(frozen=True)
class SalesHistory:
    """All series, and the Monday of the last week that is over."""

    series: list[WeeklySeries]
    last_week: date


def read_history(con: duckdb.DuckDBPyConnection) -> SalesHistory | None:
    """Return the weekly histories, ordered by category and market; None when nothing was ever sold."""
    row = con.execute("SELECT max(ordered_on) FROM lake.marts.fct_order_line").fetchone()
    sold = con.execute(QUANTITIES).pl()
    if row is None or row[0] is None or sold.is_empty():
        return None
    last_week = last_full_week(row[0])
    units: dict[str, str] = dict(con.execute(UNITS).fetchall())
    series = [
        _complete(str(category), str(market), units.get(str(category), "unknown"), weeks, last_week)
        for (category, market), weeks in sold.group_by("category_name", "market_code", maintain_order=True)
    ]
    return SalesHistory(series, last_week)


def last_full_week(latest_order: date) -> date:
    """Return the Monday of the last ISO week that the data cover to its Sunday."""
    monday = latest_order - timedelta(days=latest_order.weekday())
    return monday if latest_order.weekday() == 6 else monday - WEEK


def _complete(category: str, market: str, unit: str, weeks: pl.DataFrame, last_week: date) -> WeeklySeries:
    full = weeks.filter(pl.col("week_start_on") <= last_week)
    if full.is_empty():
        so_far = float(weeks["quantity"].sum())
        return WeeklySeries(category, market, unit, np.zeros(0), started_with=so_far)
    first_week: date = full["week_start_on"][0]
    quantities = np.zeros((last_week - first_week) // WEEK + 1)
    for week, quantity in full.select("week_start_on", "quantity").iter_rows():
        quantities[(week - first_week) // WEEK] = quantity
    return WeeklySeries(category, market, unit, quantities)

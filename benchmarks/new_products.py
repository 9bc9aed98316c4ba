"""How well products without a history would have been foretold, beside the mean of their category.

Comes in: a folder of real data sets (or none), a finished deployment (or none). Goes out: lines of text. Called by `benchmarks.forecasts`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from forecasting.new_products import backtest_launches
from warehouse.lake import connect_publication
from warehouse.settings import load_settings

WEEKS = 12
# Launches of the first weeks of a history may have been there before it.
SETTLED_AFTER_DAYS = 42
LAUNCHES = """
    WITH lines AS (
        SELECT p.style_id || '|' || coalesce(p.color, '') AS unique_id, p.category_name AS category, coalesce(p.color, 'none') AS color,
            CAST(p.list_price AS DOUBLE) AS price, l.ordered_on, CAST(l.quantity AS DOUBLE) AS quantity
        FROM lake.marts.fct_order_line AS l INNER JOIN lake.marts.dim_product AS p USING (product_version_key)
        WHERE l.is_revenue AND p.style_id IS NOT NULL
    ), spans AS (
        SELECT min(ordered_on) AS first_on, max(ordered_on) AS last_on FROM lines
    ), launches AS (
        SELECT unique_id, min(ordered_on) AS launched_on, max(price) AS price FROM lines GROUP BY unique_id
    ), aged AS (
        SELECT unique_id, launched_on, category, color, launches.price, quantity,
            CAST((ordered_on - launched_on) // 7 AS INTEGER) AS period
        FROM lines INNER JOIN launches USING (unique_id)
    )
    SELECT unique_id, launched_on, any_value(category) AS category, any_value(color) AS color, any_value(price) AS price, period,
        sum(quantity) AS y
    FROM aged CROSS JOIN spans
    WHERE launched_on > first_on + ? AND launched_on + (period + 1) * 7 <= last_on
    GROUP BY unique_id, launched_on, period
"""


def launches(data: Path | None, deployment: Path | None) -> Iterator[str]:
    """Yield a line per set that is there."""
    visuelle = data / "visuelle" / "train.csv" if data else None
    if visuelle is not None and visuelle.is_file():
        yield _line("Visuelle", _visuelle(visuelle), ["category", "color", "fabric", "season", "detail"])
    if deployment is not None:
        with connect_publication(load_settings(deployment)) as con:
            sold = con.execute(LAUNCHES, [SETTLED_AFTER_DAYS]).pl()
        yield _line("simulation, new style-colours", sold, ["category", "color", "price"])


def _visuelle(path: Path) -> pl.DataFrame:
    """Twelve weeks of each product as columns become rows; a season is spring or autumn, whatever the year."""
    weeks = [str(week) for week in range(WEEKS)]
    table = pl.read_csv(path, try_parse_dates=True).with_columns(pl.col("season").str.slice(0, 2))
    names = {"external_code": "unique_id", "release_date": "launched_on", "extra": "detail"}
    return (
        table.rename(names)
        .unpivot(
            on=weeks,
            index=["unique_id", "launched_on", "category", "color", "fabric", "season", "detail"],
            variable_name="period",
            value_name="y",
        )
        .with_columns(pl.col("period").cast(pl.Int64))
    )


def _line(name: str, sold: pl.DataFrame, attributes: Sequence[str]) -> str:
    found = backtest_launches(sold, attributes=attributes, periods=WEEKS)
    if found is None:
        return f"{name}: too few launches"
    return (
        f"{name}: {found.products:,} launches foretold from {found.origins} origins: WAPE {found.wape:.3f}, of the category's mean "
        f"{found.category_mean_wape:.3f} ({1 - found.wape / found.category_mean_wape:.1%} better); means add up to "
        f"{found.foretold_share:.2f} of what was sold; 80 % intervals hold {found.coverage_80:.1%}"
    )

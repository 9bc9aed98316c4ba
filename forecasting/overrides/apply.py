"""Overrides on top of the statistical forecast.

Comes in: the smallest cells of the forecast, and the overrides in force. Goes out: the cells with what planners said, and per override and
week what it changed. Called by `forecasting.sales.run`.

An override of a category is shared among its cells by their forecasts, so that every sum agrees afterwards. They are applied in the order
in which they were entered, each on top of those before it.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from forecasting.sales.shares import SCALE

IntArray = npt.NDArray[np.int64]

EFFECT_SCHEMA = {
    "override_id": pl.Int64,
    "week_start_on": pl.Date,
    "base_units": pl.Int64,
    "overridden_units": pl.Int64,
}


@dataclass(frozen=True)
class Overridden:
    """`cells` have `base_units`, `units` and `override_id` (the last that changed the cell); `effects` one row per override and week."""

    cells: pl.DataFrame
    effects: pl.DataFrame


def products_meant(overrides: pl.DataFrame, products: pl.DataFrame) -> tuple[str, ...]:
    """Return the products named by overrides of styles, colours and SKUs: they need cells even when nothing of them sold of late."""
    found: set[str] = set()
    for override in overrides.filter(pl.col("level").is_in(["style", "style_colour", "sku"])).iter_rows(named=True):
        found.update(products.filter(_of_product(override))["product_key"].to_list())
    return tuple(sorted(found))


def apply_overrides(cells: pl.DataFrame, overrides: pl.DataFrame) -> Overridden:
    """Return cells and effects; an override whose weeks are past or beyond the horizon has none."""
    cells = cells.with_row_index("row")
    units = cells["units"].to_numpy().copy()
    touched = np.zeros(len(units), dtype=np.int64)
    effects: list[tuple[int, date, int, int]] = []
    for override in overrides.iter_rows(named=True):
        meant = cells.filter(
            _of_product(override)
            & _of_place(override)
            & pl.col("week_start_on").is_between(override["from_on"], override["to_on"])
        )
        for (week,), rows in sorted(meant.group_by("week_start_on"), key=lambda group: group[0]):
            at = rows["row"].to_numpy()
            before = int(units[at].sum())
            after = _wanted(override["action"], override["value"], before)
            units[at] = _shared(units[at], after)
            touched[at] = override["override_id"]
            effects.append((override["override_id"], week, before, after))
    made = cells.drop("row").with_columns(
        pl.col("units").alias("base_units"),
        pl.Series("units", units),
        pl.Series("override_id", touched).replace(0, None),
    )
    return Overridden(made, pl.DataFrame(effects, schema=EFFECT_SCHEMA, orient="row"))


def _wanted(action: str, value: float, before: int) -> int:
    if action == "set":
        return round(value * SCALE)
    return max(round(before * value) if action == "multiply" else before + round(value * SCALE), 0)


def _shared(units: IntArray, total: int) -> IntArray:
    """Share whole units in the proportion of what is there; equally where nothing is."""
    weights = units.astype(float) if units.sum() > 0 else np.ones(len(units))
    exact = total * weights / weights.sum()
    shared = np.floor(exact).astype(np.int64)
    rest = total - int(shared.sum())
    # What rounding down left goes to the largest rests, by place where they are equal.
    shared[np.argsort(-(exact - shared), kind="stable")[:rest]] += 1
    return shared


def _of_product(override: dict[str, object]) -> pl.Expr:
    level, key = override["level"], str(override["key"])
    if level == "category":
        return pl.col("category_name") == key
    if level == "style":
        return pl.col("style_id") == key
    if level == "style_colour":
        return pl.concat_str("style_id", "color", separator="|") == key
    return pl.col("sku") == key if level == "sku" else pl.lit(True)


def _of_place(override: dict[str, object]) -> pl.Expr:
    is_there = pl.lit(True)
    for name in ("market_code", "channel_code"):
        if override[name] is not None:
            is_there &= pl.col(name) == override[name]
    return is_there


def of_override(override: dict[str, object]) -> pl.Expr:
    """Say which rows of demand an override is about, its weeks apart."""
    return _of_product(override) & _of_place(override)

"""Launched and planned products as arrays, checked.

Comes in: a long table of what launched products sold, and a table of planned ones. Goes out: `Launches`. Called by forecast and backtest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

UNKNOWN = "unknown"


class LaunchError(ValueError):
    """The tables of products cannot be used; the message names column and value."""


@dataclass(frozen=True)
class Launches:
    """Products in the order of their launch.

    `sold` has one row a product and one column a period since launch; periods that are not over are NaN. `day` is the day of the launch in
    days since 1970. `categories` maps an attribute to its codes, `numbers` an attribute to its values; `words` maps an attribute to what
    its codes mean.
    """

    ids: list[str]
    day: IntArray
    sold: FloatArray
    categories: dict[str, IntArray]
    numbers: dict[str, FloatArray]
    words: dict[str, list[str]]

    @property
    def periods(self) -> int:
        """How many periods since launch are looked at."""
        return int(self.sold.shape[1])

    def take(self, rows: IntArray) -> "Launches":
        """Return some of the products, in the order asked for."""
        return Launches(
            [self.ids[row] for row in rows],
            self.day[rows],
            self.sold[rows],
            {name: codes[rows] for name, codes in self.categories.items()},
            {name: values[rows] for name, values in self.numbers.items()},
            self.words,
        )

    def as_known_on(self, day: int, period_days: int) -> "Launches":
        """Return the products as somebody knew them on that day: later launches and periods that were not over are not there."""
        launched = np.flatnonzero(self.day < day)
        known = self.take(launched)
        over = known.day[:, None] + (np.arange(self.periods)[None, :] + 1) * period_days
        return Launches(
            known.ids,
            known.day,
            np.where(over <= day, known.sold, np.nan),
            known.categories,
            known.numbers,
            known.words,
        )


def read_launches(
    launched: pl.DataFrame, planned: pl.DataFrame | None, attributes: Sequence[str], periods: int
) -> tuple[Launches, Launches | None]:
    """Check both tables and return them with one coding of attributes.

    Args:
        launched: `unique_id`, `launched_on` (date), `period` (0 for the first), `y`, and the attributes; a row per product and period that
            is over. A product's period without a row, before its last one, sold nothing.
        planned: `unique_id`, `launched_on` and the attributes; a row per product.
        attributes: text (compared by equality) or numbers (price, drop size).
        periods: how many periods since launch to look at.

    Raises:
        LaunchError: a column is missing, a product stands twice or has two launches, or a value cannot be read.
    """
    _require(launched, ["unique_id", "launched_on", "period", "y", *attributes], "launched")
    sales = launched.filter(pl.col("period") < periods)
    _refuse_any(sales.filter(pl.col("y").is_null() | ~pl.col("y").cast(pl.Float64).is_finite()), "y", "is not a number")
    _refuse_any(sales.filter(pl.col("period").is_null() | (pl.col("period") < 0)), "period", "is not 0 or more")
    _refuse_any(
        sales.filter(pl.struct("unique_id", "period").is_duplicated()), "period", "stands twice for one product"
    )
    products = sales.group_by("unique_id", maintain_order=True).agg(
        pl.col("launched_on").n_unique().alias("launches"),
        pl.col("launched_on").first(),
        *(pl.col(name).first() for name in attributes),
    )
    _refuse_any(products.filter(pl.col("launches") > 1), "launched_on", "differs between rows of one product")
    products = products.drop("launches")
    if planned is not None:
        _require(planned, ["unique_id", "launched_on", *attributes], "planned")
        _refuse_any(planned.filter(pl.col("unique_id").is_duplicated()), "unique_id", "is planned twice")
    kinds = {name: launched.schema[name].is_numeric() for name in attributes}
    both = pl.concat(
        [
            table.select(
                pl.col("unique_id").cast(pl.String),
                pl.col("launched_on").cast(pl.Date),
                *(
                    pl.col(name).cast(pl.Float64)
                    if kinds[name]
                    else pl.col(name).cast(pl.String).str.strip_chars().str.to_lowercase().fill_null(UNKNOWN)
                    for name in attributes
                ),
                pl.lit(is_planned).alias("is_planned"),
            )
            for table, is_planned in ((products, False), *(((planned, True),) if planned is not None else ()))
        ]
    ).sort("launched_on", "unique_id")
    _refuse_any(both.filter(pl.col("launched_on").is_null()), "launched_on", "is not a date")
    words: dict[str, list[str]] = {}
    codes: dict[str, IntArray] = {}
    for name in (name for name in attributes if not kinds[name]):
        words[name] = both[name].unique().sort().to_list()
        codes[name] = both[name].rank("dense").to_numpy().astype(np.int64) - 1
    numbers = {
        name: both[name].fill_null(float("nan")).to_numpy().astype(np.float64) for name in attributes if kinds[name]
    }
    everything = Launches(
        both["unique_id"].to_list(),
        both["launched_on"].to_physical().to_numpy().astype(np.int64),
        _curves(sales, both["unique_id"], periods),
        codes,
        numbers,
        words,
    )
    is_planned = both["is_planned"].to_numpy()
    known = everything.take(np.flatnonzero(~is_planned))
    return known, everything.take(np.flatnonzero(is_planned)) if planned is not None else None


def _curves(sales: pl.DataFrame, ids: pl.Series, periods: int) -> FloatArray:
    """Return product × period; nothing sold between rows is zero, what comes after the last row is not known."""
    place = ids.to_frame("unique_id").with_row_index("row").unique("unique_id", keep="first")
    cells = sales.select(pl.col("unique_id").cast(pl.String), "period", pl.col("y").cast(pl.Float64)).join(
        place, on="unique_id"
    )
    curves = np.full((len(ids), periods), np.nan)
    last = cells.group_by("row").agg(pl.col("period").max())
    until = np.full(len(ids), -1)
    until[last["row"].to_numpy()] = last["period"].to_numpy()
    curves[np.arange(periods)[None, :] <= until[:, None]] = 0.0
    curves[cells["row"].to_numpy(), cells["period"].to_numpy()] = cells["y"].to_numpy()
    return curves


def _require(table: pl.DataFrame, columns: Sequence[str], name: str) -> None:
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise LaunchError(
            f"The table of {name} products has no column {', '.join(missing)}; it has {', '.join(table.columns)}."
        )


def _refuse_any(bad: pl.DataFrame, column: str, rule: str) -> None:
    if bad.height:
        raise LaunchError(
            f"Product {bad['unique_id'][0]!r}: {column} {bad[column][0]!r} {rule} ({bad.height} rows in all)."
        )

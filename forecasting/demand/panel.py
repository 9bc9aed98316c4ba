"""All series side by side: one row a series, one column a period.

Comes in: the checked tables. Goes out: `Panel`, on which everything else computes whole columns at a time. Called by
`forecasting.demand.api`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from forecasting.demand.frequency import Frequency
from forecasting.demand.inputs import CENSORING, Checked

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Panel:
    """`y` is NaN before a series begins and where its demand is unknown; `known` reaches `horizon` periods further.

    `demand` is what models are fitted to: `y` without its negative periods and with what could not be sold for want of stock.
    `is_scored` says where `y` tells the demand.
    """

    ids: list[str]
    y: FloatArray
    stocked: FloatArray
    demand: FloatArray
    is_scored: BoolArray
    start: IntArray
    first_period: int
    frequency: Frequency
    known: dict[str, FloatArray]

    @property
    def count(self) -> int:
        return int(self.y.shape[0])

    @property
    def length(self) -> int:
        return int(self.y.shape[1])


def build_panel(checked: Checked, horizon: int) -> Panel:
    """Return the panel of the series as they were handed over; `demand` still is `y` without negatives."""
    rows, frequency = checked.rows, checked.frequency
    first, last = int(rows["period"].min()), int(rows["period"].max())  # type: ignore[arg-type]
    ids = checked.static["unique_id"].to_list()
    place = pl.DataFrame({"unique_id": ids, "row": np.arange(len(ids))})
    rows = rows.join(place, on="unique_id", how="left")
    at, when = rows["row"].to_numpy(), rows["period"].to_numpy() - first
    length = last - first + 1
    start = np.full(len(ids), length, dtype=np.int64)
    np.minimum.at(start, at, when)
    is_begun = np.arange(length)[None, :] >= start[:, None]
    y = np.where(is_begun, 0.0, np.nan)
    y[at, when] = rows["y"].cast(pl.Float64).to_numpy()
    stocked = np.ones_like(y)
    stocked[at, when] = rows[CENSORING].to_numpy()
    known = {}
    for name in checked.known:
        values = np.full((len(ids), length + horizon), np.nan)
        values[at, when] = rows[name].to_numpy()
        if checked.future is not None:
            coming = checked.future.join(place, on="unique_id").filter(pl.col("period") <= last + horizon)
            values[coming["row"].to_numpy(), coming["period"].to_numpy() - first] = coming[name].to_numpy()
        known[name] = _without_holes(values)
    return Panel(
        ids=ids,
        y=y,
        stocked=stocked,
        demand=np.maximum(y, 0.0),
        is_scored=np.isfinite(y) & (stocked > 0.999),
        start=start,
        first_period=first,
        frequency=frequency,
        known=known,
    )


def _without_holes(values: FloatArray) -> FloatArray:
    """Fill with nothing what is mostly nothing (promotions), and with the value before what has a level (prices)."""
    usual = np.nanmedian(values) if np.isfinite(values).any() else 0.0
    if usual == 0.0:
        return np.nan_to_num(values)
    return (
        pl.DataFrame(values.T)
        .fill_nan(None)
        .fill_null(strategy="forward")
        .fill_null(strategy="backward")
        .fill_null(float(usual))
        .to_numpy()
        .T.copy()
    )

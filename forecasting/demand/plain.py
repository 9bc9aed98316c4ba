"""Series that no model can say anything about, and the plain answer each of them gets.

Comes in: demand up to an origin. Goes out: which rows get a plain answer, its value, and why. Called by
`forecasting.demand.backtest`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.demand.frequency import Frequency
from forecasting.demand.panel import BoolArray, FloatArray

SHORTEST = {"D": 14, "W": 8, "M": 4}


@dataclass(frozen=True)
class Plain:
    """`is_plain` rows are forecast as `value` in each period, by the model called `model` and for `reason`."""

    is_plain: BoolArray
    value: FloatArray
    model: npt.NDArray[np.str_]
    reason: npt.NDArray[np.str_]


def plain_answers(demand: FloatArray, frequency: Frequency) -> Plain:
    """Return the answers; a series that has not begun yet is forecast as nothing."""
    count, noun = len(demand), frequency.noun
    observed = np.isfinite(demand).sum(axis=1)
    total = np.nansum(demand, axis=1)
    mean = total / np.maximum(observed, 1)
    low = np.where(np.isfinite(demand), demand, np.inf).min(axis=1)
    high = np.where(np.isfinite(demand), demand, -np.inf).max(axis=1)
    gap = unsold_for(demand)
    is_zero, is_short = total <= 0, observed < SHORTEST[frequency.code]
    is_constant, is_ended = (high == low) & ~is_short, _ended(demand, gap, frequency) & ~is_zero
    model = np.full(count, "", dtype="<U16")
    reason = np.full(count, "", dtype="<U160")
    value = np.zeros(count)
    for mask, name, amount, why in (
        (is_short, "Mean", mean, [f"only {seen} {noun}(s) known: their mean" for seen in observed]),
        (is_constant, "Constant", mean, [f"the same quantity in all of {seen} {noun}s" for seen in observed]),
        (is_ended, "Zero", 0 * mean, [f"nothing sold for {since} {noun}s: no longer sold" for since in gap]),
        (is_zero, "Zero", 0 * mean, [f"no sales in any of {seen} {noun}s" for seen in observed]),
    ):
        model[mask], value[mask] = name, amount[mask]
        reason[mask] = np.array(why)[mask]
    return Plain(model != "", value, model, reason)


def unsold_for(demand: FloatArray) -> FloatArray:
    """Return for how many periods nothing has been sold."""
    sold = np.nan_to_num(demand) > 0
    return np.where(sold.any(axis=1), np.argmax(sold[:, ::-1], axis=1), demand.shape[1])


def _ended(demand: FloatArray, gap: FloatArray, frequency: Frequency) -> BoolArray:
    """Return which series have been silent for long, far longer than they use to, and were not so a year ago."""
    sold = (np.nan_to_num(demand) > 0).sum(axis=1)
    observed = np.isfinite(demand).sum(axis=1)
    usual = (observed - gap) / np.maximum(sold, 1)
    silent = (gap >= frequency.fallow) & (gap >= 6 * usual)
    year = frequency.year
    length = demand.shape[1]
    # A winter coat is not sold in summer: what was silent in these months of the year before as well has not ended.
    before = np.nan_to_num(demand)
    cumulative = np.concatenate([np.zeros((len(demand), 1)), np.cumsum(before, axis=1)], axis=1)
    last = np.full(len(demand), max(length - year, 0))
    first = np.maximum(last - np.minimum(gap, year), 0).astype(np.int64)
    rows = np.arange(len(demand))
    was_sold = cumulative[rows, last] - cumulative[rows, first] > 0
    seen = observed - gap > year
    return silent & (was_sold | ~seen | (gap >= year + 4))

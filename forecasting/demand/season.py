"""Seasons that related series share, and what promotions and prices do, as one factor per series and period.

Comes in: prepared demand, groups of series, known features. Goes out: the factor for history and horizon, by which a series is
divided before a level is fitted and multiplied afterwards. Called by `forecasting.demand.backtest`.
"""

import numpy as np

from forecasting.demand.frequency import Frequency
from forecasting.demand.panel import BoolArray, FloatArray, IntArray

# Prior weight of the group's season: some units, and some periods at the series' own level.
PRIOR_UNITS = 10.0
PRIOR_PERIODS = 3.0
MOST_ELASTIC = -4.0


def phases(first_period: int, count: int, frequency: Frequency) -> IntArray:
    """Return the week of the year (0 to 51), month (0 to 11) or weekday (0 to 6) of each period."""
    if frequency.code == "W":
        days = [min((day.timetuple().tm_yday - 1) // 7, 51) for day in frequency.dates(first_period, count)]
        return np.array(days, dtype=np.int64)
    return (first_period + np.arange(count)) % frequency.season


def weeks_of_year(first_period: int, count: int, frequency: Frequency) -> IntArray:
    """Return the week of the year (0 to 51) of each day."""
    days = [min((day.timetuple().tm_yday - 1) // 7, 51) for day in frequency.dates(first_period, count)]
    return np.array(days, dtype=np.int64)


def moving_level(values: FloatArray, window: int) -> FloatArray:
    """Return the mean of a window around each period; at both ends the window stays whole and leans inwards."""
    known = np.isfinite(values)
    total = np.concatenate([np.zeros((len(values), 1)), np.cumsum(np.nan_to_num(values), axis=1)], axis=1)
    seen = np.concatenate([np.zeros((len(values), 1)), np.cumsum(known, axis=1)], axis=1)
    length = values.shape[1]
    start = np.where(known.any(axis=1), np.argmax(known, axis=1), 0)[:, None]
    low = np.clip(np.arange(length)[None, :] - window // 2, start, np.maximum(start, length - window))
    high = np.minimum(low + window, length)
    rows = np.arange(len(values))[:, None]
    return (total[rows, high] - total[rows, low]) / np.maximum(seen[rows, high] - seen[rows, low], 1)


def seasonal_factor(
    values: FloatArray,
    groups: IntArray,
    teaches: BoolArray,
    first_period: int,
    horizon: int,
    frequency: Frequency,
) -> FloatArray:
    """Return the season of each series from its own history and that of its group, for history and horizon.

    Only series that `teaches` names make the season of a group: one that has ended would look like a season.
    """
    count, length = values.shape
    whole = length + horizon
    factor = np.ones((count, whole))
    phase = phases(first_period, whole, frequency)
    if length >= 2 * frequency.season:
        level = moving_level(values, frequency.season if frequency.code != "D" else 28)
        index = _index(values, level, phase[:length], frequency.season, groups, teaches, smooth=frequency.code == "W")
        factor *= index[:, phase]
    if frequency.code == "D" and length >= 2 * frequency.year:
        week = weeks_of_year(first_period, whole, frequency)
        flat = values / factor[:, :length]
        index = _index(flat, moving_level(flat, frequency.year), week[:length], 52, groups, teaches, smooth=True)
        factor *= index[:, week]
    return np.clip(factor, 0.05, 20.0)


def _index(
    values: FloatArray,
    level: FloatArray,
    phase: IntArray,
    count: int,
    groups: IntArray,
    teaches: BoolArray,
    *,
    smooth: bool,
) -> FloatArray:
    known = np.isfinite(values)
    hot = np.zeros((len(phase), count))
    hot[np.arange(len(phase)), phase] = 1.0
    above, below = np.nan_to_num(values) @ hot, np.where(known, level, 0.0) @ hot
    size = int(groups.max()) + 1
    group_above, group_below = np.zeros((size, count)), np.zeros((size, count))
    np.add.at(group_above, groups[teaches], above[teaches])
    np.add.at(group_below, groups[teaches], below[teaches])
    if smooth:
        above, below, group_above, group_below = (_smoothed(part) for part in (above, below, group_above, group_below))
    # A small group leans on all series together.
    everyone = group_above.sum(axis=0) / np.maximum(group_below.sum(axis=0), 1e-9)
    everyone = np.where(group_below.sum(axis=0) > 0, everyone, 1.0)
    lean = PRIOR_UNITS + PRIOR_PERIODS * group_below.mean(axis=1, keepdims=True) / 10
    shared = (group_above + lean * everyone) / (group_below + lean)
    usual = np.where(known.any(axis=1), np.where(known, level, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1), 0.0)
    prior = (PRIOR_UNITS + PRIOR_PERIODS * usual)[:, None]
    index = (above + prior * shared[groups]) / (below + prior)
    return index / index.mean(axis=1, keepdims=True)


def _smoothed(parts: FloatArray) -> FloatArray:
    return 0.25 * np.roll(parts, 1, axis=1) + 0.5 * parts + 0.25 * np.roll(parts, -1, axis=1)


def driver_factor(
    values: FloatArray, season: FloatArray, known: dict[str, FloatArray], frequency: Frequency
) -> FloatArray:
    """Return what known features do to demand, beside the season: uplifts of switches, and the elasticity of a price."""
    count, whole = season.shape
    length = values.shape[1]
    factor = np.ones((count, whole))
    for name in sorted(known):
        feature = known[name][:, :whole]
        base = (
            np.nan_to_num(moving_level(values / (season * factor)[:, :length], frequency.long))
            * (season * factor)[:, :length]
        )
        sold = np.where(np.isfinite(values), np.nan_to_num(values), 0.0)
        base = np.where(np.isfinite(values), base, 0.0)
        if feature.min() >= 0 and feature.max() <= 1:
            factor *= _uplift(sold, base, feature)
        elif "price" in name.lower() and (feature > 0).all():
            factor *= _elasticity(sold, base, feature, frequency.long)
    return factor


def _uplift(sold: FloatArray, base: FloatArray, switch: FloatArray) -> FloatArray:
    past = switch[:, : sold.shape[1]]
    with_it, without = (past * base).sum(axis=1), ((1 - past) * base).sum(axis=1)
    sold_with, sold_without = (past * sold).sum(axis=1), ((1 - past) * sold).sum(axis=1)
    if with_it.sum() <= 0 or without.sum() <= 0 or sold_without.sum() <= 0:
        return np.ones_like(switch)
    pooled = (sold_with.sum() / with_it.sum()) / (sold_without.sum() / without.sum())
    prior = PRIOR_UNITS + PRIOR_PERIODS * base.mean(axis=1)
    own_without = (sold_without + prior) / (without + prior)
    own = (sold_with + prior * pooled * own_without) / (with_it + prior) / own_without
    return 1.0 + switch * (np.clip(own, 0.1, 10.0) - 1.0)[:, None]


def _elasticity(sold: FloatArray, base: FloatArray, price: FloatArray, recent: int) -> FloatArray:
    past = np.log(price[:, : sold.shape[1]])
    usual = np.median(past[:, -recent:], axis=1, keepdims=True)
    change = np.clip(past - usual, -1.0, 1.0)
    weight = base / np.maximum(base.mean(axis=1, keepdims=True), 1e-9)
    change = change - (weight * change).sum(axis=1, keepdims=True) / np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
    ratio = np.where(base > 0, sold / np.maximum(base, 1e-9) - 1, 0.0)
    square = (weight * change**2).sum()
    if square <= 1e-6 * sold.size:
        return np.ones_like(price)
    slope = float(np.clip((weight * change * ratio).sum() / square, MOST_ELASTIC, 0.0))
    return np.exp(slope * np.clip(np.log(price) - usual, -1.0, 1.0))

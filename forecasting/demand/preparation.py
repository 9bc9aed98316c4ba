"""What a history needs before a model sees it: absurd periods capped, a fresh change of level followed.

Comes in: demand up to an origin, all series at once. Goes out: `Prepared`, with what was done for the reason that people
read. Called by `forecasting.demand.backtest`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from forecasting.demand.frequency import Frequency
from forecasting.demand.panel import BoolArray, FloatArray, IntArray

SPIKE_FACTOR = 5.0
SIGNIFICANT = 3.5
SMALLEST_CHANGE = 0.3
FEWEST_SOLD = 12


@dataclass(frozen=True)
class Windows:
    """How many of the newest periods may be at a new level, how many before them it is compared with, and just beside."""

    ages: tuple[int, ...]
    before: int
    shortest_before: int
    beside: int


WINDOWS = {
    "W": Windows(ages=tuple(range(3, 9)), before=26, shortest_before=12, beside=4),
    "D": Windows(ages=(14, 21, 28), before=84, shortest_before=42, beside=14),
}


@dataclass(frozen=True)
class Prepared:
    """`values` are at the newest level; `ratio` (1 without a change) is new level by old, `age` how old the change is."""

    values: FloatArray
    capped: IntArray
    age: IntArray
    ratio: FloatArray
    old_level: FloatArray


def prepare(demand: FloatArray, frequency: Frequency, season_of: Callable[[FloatArray], FloatArray]) -> Prepared:
    """Cap spikes, find fresh changes of level, and move what was before them to the new level.

    `season_of` tells the season of capped demand: a level is looked for beside it, lest every spring be a new one.
    """
    values, capped = cap_spikes(demand, frequency.year)
    count = len(values)
    age, ratio = np.zeros(count, dtype=np.int64), np.ones(count)
    old_level = np.full(count, np.nan)
    windows = WINDOWS.get(frequency.code)
    if windows is not None and values.shape[1] > windows.shortest_before + windows.ages[0]:
        age, ratio = find_level_changes(values / season_of(values), windows, frequency.year)
        changed = np.flatnonzero(age)
        for row_age in np.unique(age[changed]):
            rows = np.flatnonzero(age == row_age)
            old_level[rows] = np.nanmean(values[rows, : -int(row_age)][:, -windows.before :], axis=1)
            values[rows, : -int(row_age)] *= ratio[rows, None]
    return Prepared(values, capped, age, ratio, old_level)


def cap_spikes(demand: FloatArray, year: int) -> tuple[FloatArray, IntArray]:
    """Cap single periods far above all usual ones, unless they stand beside another one or come back each year."""
    sold = np.where(demand > 0, demand, np.nan)
    usual = np.full(len(demand), np.inf)
    enough = np.isfinite(sold).sum(axis=1) >= FEWEST_SOLD
    if enough.any():
        usual[enough] = np.nanquantile(sold[enough], 0.9, axis=1)
    high = np.nan_to_num(demand) > SPIKE_FACTOR * usual[:, None]
    if not high.any():
        return demand.copy(), np.zeros(len(demand), dtype=np.int64)
    expected = np.zeros_like(high)
    for shift in (1, year - 1, year, year + 1):
        if shift < high.shape[1]:
            expected[:, shift:] |= high[:, :-shift]
            expected[:, :-shift] |= high[:, shift:]
    spikes = high & ~expected
    return np.where(spikes, usual[:, None], demand), spikes.sum(axis=1)


def find_level_changes(values: FloatArray, windows: Windows, year: int) -> tuple[IntArray, FloatArray]:
    """Return age and ratio of the clearest change of level of each series; age 0 and ratio 1 where there is none.

    The newest periods must differ by three and a half standard errors and by 30 percent from what those before lead one to expect: from
    the straight line through them, so that a trend is no change, and from those just before, so that the turn of a season
    is none. The same periods of the year before must not have differed.
    """
    count, length = values.shape
    best, age_of, ratio_of = np.zeros(count), np.zeros(count, dtype=np.int64), np.ones(count)
    sold = np.nan_to_num(values) > 0
    unsold = np.where(sold.any(axis=1), np.argmax(sold[:, ::-1], axis=1), 0)
    # Periods without any sale are a change of their own: the half-sold one in which they began is not part of it.
    is_stopped = (unsold >= windows.ages[0]) & (unsold <= windows.ages[-1])
    ages = sorted({*windows.ages, *np.unique(unsold[is_stopped]).tolist()})
    for age in ages:
        if length <= age + windows.shortest_before:
            continue
        off, ratio = _compare(values, int(age), windows)
        allowed = np.where(is_stopped, unsold == age, age in windows.ages)
        found = allowed & (off >= SIGNIFICANT) & (np.abs(ratio - 1) >= SMALLEST_CHANGE) & (off > best)
        if found.any() and length > year + age + windows.shortest_before:
            _, earlier = _compare(values[:, :-year], int(age), windows)
            same = (np.abs(earlier - 1) >= SMALLEST_CHANGE) & ((earlier - 1) * (ratio - 1) > 0)
            found &= ~same
        best[found], age_of[found], ratio_of[found] = off[found], age, ratio[found]
    return age_of, ratio_of


def _compare(values: FloatArray, age: int, windows: Windows) -> tuple[FloatArray, FloatArray]:
    """Return how many standard errors the newest `age` periods are off, and their ratio to what was expected."""
    before, newest = values[:, :-age][:, -windows.before :], values[:, -age:]
    known: BoolArray = np.isfinite(before)
    count = known.sum(axis=1)
    x = np.arange(before.shape[1])[None, :] - (before.shape[1] - 1.0)
    safe = np.maximum(count, 1)
    mean_x = (x * known).sum(axis=1) / safe
    mean = np.nansum(before, axis=1) / safe
    centred = np.where(known, x - mean_x[:, None], 0.0)
    square = np.maximum((centred**2).sum(axis=1), 1e-9)
    slope = (centred * np.nan_to_num(before)).sum(axis=1) / square
    residual = np.where(known, before - mean[:, None] - slope[:, None] * centred, 0.0)
    middle = (age + 1) / 2
    line = mean + slope * (middle - mean_x)
    now = newest.mean(axis=1)
    just_before = before[:, -windows.beside :].mean(axis=1)
    just_after = newest[:, : windows.beside].mean(axis=1)
    # Counts scatter at least like a Poisson count, however calm the periods before happened to be.
    spread = np.maximum(np.sqrt((residual**2).sum(axis=1) / np.maximum(count - 2, 1)), np.sqrt(np.maximum(mean, 0)))
    spread = np.maximum(spread, 1e-9)
    line_error = spread * np.sqrt(1 / age + 1 / safe + (middle - mean_x) ** 2 / square)
    step_error = spread * np.sqrt(1 / min(age, windows.beside) + 1 / windows.beside)
    off = np.minimum(np.abs(now - line) / line_error, np.abs(just_after - just_before) / step_error)
    with np.errstate(divide="ignore", invalid="ignore"):
        by_line, by_step, step = now / line, now / just_before, just_after / just_before
    possible = (count >= windows.shortest_before) & (mean > 0) & np.isfinite(now)
    possible &= (np.minimum(line, just_before) > 0) & ((now - line) * (just_after - just_before) > 0)
    possible &= np.abs(step - 1) >= SMALLEST_CHANGE
    ratio = np.where(np.abs(by_line - 1) < np.abs(by_step - 1), by_line, by_step)
    return np.where(possible, off, 0.0), np.where(possible, ratio, 1.0)

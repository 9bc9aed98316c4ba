"""What a history needs before a model sees it: single absurd weeks capped, and a fresh change of level recognised.

Comes in: the weekly quantities. Goes out: `Prepared`, with notes for the person who reads the forecast. Called for each
training history, in the backtest as well as in the final fit.
"""

from dataclasses import dataclass

import numpy as np

from forecasting.sales.history import FloatArray
from forecasting.sales.models import WEEKS_OF_A_YEAR

SPIKE_FACTOR = 5.0
WEEKS_BEFORE_CHANGE = 26
SHORTEST_BEFORE_CHANGE = 12
CHANGE_AGES = range(3, 9)
SIGNIFICANT = 3.0
SMALLEST_CHANGE = 0.3
WEEKS_BESIDE_CHANGE = 4


@dataclass(frozen=True)
class LevelChange:
    """The last `age` weeks run at `ratio` times the level that the weeks before lead one to expect."""

    age: int
    ratio: float


@dataclass(frozen=True)
class Prepared:
    """The history to fit, at its newest level; `before_change` is the history as it stood before the level changed."""

    history: FloatArray
    before_change: FloatArray
    change: LevelChange | None
    capped_weeks: int


def prepare(quantities: FloatArray) -> Prepared:
    """Cap spikes, find a fresh change of level, and move the weeks before it to the new level."""
    history, capped = cap_spikes(np.maximum(quantities, 0.0))
    change = find_level_change(history)
    if change is None:
        return Prepared(history, history, None, capped)
    moved = history.copy()
    moved[: -change.age] *= change.ratio
    return Prepared(moved, history[: -change.age], change, capped)


def cap_spikes(history: FloatArray) -> tuple[FloatArray, int]:
    """Cap single weeks far above all usual ones, unless they stand beside another one or come back each year."""
    sold = history[history > 0]
    if len(sold) < SHORTEST_BEFORE_CHANGE:
        return history, 0
    usual_high = float(np.quantile(sold, 0.9))
    is_high = history > SPIKE_FACTOR * usual_high
    spikes = [week for week in np.flatnonzero(is_high) if not _is_expected(is_high, int(week))]
    capped = history.copy()
    capped[spikes] = usual_high
    return capped, len(spikes)


def _is_expected(is_high: np.ndarray, week: int) -> bool:
    beside = (week - 1, week + 1)
    years = [week + sign * WEEKS_OF_A_YEAR + drift for sign in (-1, 1) for drift in (-1, 0, 1)]
    return any(0 <= other < len(is_high) and is_high[other] for other in (*beside, *years))


def find_level_change(history: FloatArray) -> LevelChange | None:
    """Return the clearest change of level in the last three to eight weeks, or None.

    The mean of the newest weeks must differ by three standard errors and by 30 percent from what the weeks before lead
    one to expect: both from the straight line through the last half year, so that a trend is no change, and from the
    last two months, so that the turn of a season is none. The same weeks of the year before must not have differed.
    """
    best: tuple[float, LevelChange] | None = None
    # Weeks without any sale are a change of their own: the half-sold week in which they began is not part of it.
    unsold = len(history) - int(np.flatnonzero(history)[-1]) - 1 if history.any() else 0
    for age in [unsold] if unsold in CHANGE_AGES else CHANGE_AGES:
        found = _compare(history, age)
        if found is None or found[0] < SIGNIFICANT or abs(found[1] - 1) < SMALLEST_CHANGE:
            continue
        if best is None or found[0] > best[0]:
            best = (found[0], LevelChange(age, found[1]))
    if best is None or _was_so_last_year(history, best[1]):
        return None
    return best[1]


def _compare(history: FloatArray, age: int) -> tuple[float, float] | None:
    """Return how many standard errors the last `age` weeks are off what was expected, and their ratio to it.

    Of the two expectations, line and recent mean, the one that makes less of the difference is believed.
    """
    before, newest = history[:-age][-WEEKS_BEFORE_CHANGE:], float(history[-age:].mean())
    if len(before) < SHORTEST_BEFORE_CHANGE or before.mean() <= 0:
        return None
    weeks = np.arange(len(before))
    slope, start = np.polyfit(weeks, before, 1)
    middle = len(before) + (age - 1) / 2
    line, just_before = float(start + slope * middle), float(before[-WEEKS_BESIDE_CHANGE:].mean())
    just_after = float(history[-age:][:WEEKS_BESIDE_CHANGE].mean())
    if min(line, just_before) <= 0 or (newest - line) * (just_after - just_before) <= 0:
        return None
    if abs(just_after / just_before - 1) < SMALLEST_CHANGE:
        return None
    # Counts scatter at least like a Poisson count, however calm the weeks before happened to be.
    spread = max(float(np.std(before - (start + slope * weeks), ddof=2)), float(np.sqrt(before.mean())))
    distance = middle - weeks.mean()
    line_error = spread * np.sqrt(1 / age + 1 / len(before) + distance**2 / np.sum((weeks - weeks.mean()) ** 2))
    step_error = spread * np.sqrt(1 / min(age, WEEKS_BESIDE_CHANGE) + 1 / WEEKS_BESIDE_CHANGE)
    off = min(abs(newest - line) / float(line_error), abs(just_after - just_before) / float(step_error))
    return off, min(newest / line, newest / just_before, key=lambda ratio: abs(ratio - 1))


def _was_so_last_year(history: FloatArray, change: LevelChange) -> bool:
    earlier = _compare(history[:-WEEKS_OF_A_YEAR], change.age) if len(history) > WEEKS_OF_A_YEAR else None
    return earlier is not None and (earlier[1] - 1) * (change.ratio - 1) > 0 and abs(earlier[1] - 1) >= SMALLEST_CHANGE

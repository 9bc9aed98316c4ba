"""Days and draws: every part of the world has random numbers of its own, so that a change of one leaves the others alone.

Comes in: a seed and the name of a part; days counted from the first. Goes out: generators, and polars dates and
times. Used by all of `world/`.
"""

from dataclasses import dataclass
from datetime import date
from zlib import crc32

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulation.company import DAY_SECONDS, EPOCH_DAY, FIRST_DAY

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
# A time far after the horizon: "never".
NEVER = np.int64(4_102_444_800)


@dataclass(frozen=True)
class Plan:
    """How large the company is, and which of all possible ones."""

    scale: float
    seed: int
    dirt: float = 0.0

    def draws(self, part: str) -> np.random.Generator:
        """The random numbers of one part."""
        return np.random.default_rng([self.seed, crc32(part.encode())])


def day_number(day: date) -> int:
    """Count a date from the first day."""
    return (day - FIRST_DAY).days


def at(days: Ints, seconds: Ints | int = 0) -> Ints:
    """Seconds since 1970 of a second on a day."""
    return (days.astype(np.int64) + EPOCH_DAY) * DAY_SECONDS + seconds


def day_of(seconds: Ints) -> Ints:
    """The day number of a time."""
    return seconds // DAY_SECONDS - EPOCH_DAY


def times(seconds: Ints) -> pl.Series:
    """Times for a frame; NEVER becomes null."""
    series = pl.Series(seconds.astype(np.int64))
    return pl.select(
        pl.when(series < int(NEVER)).then(pl.from_epoch(series, time_unit="s").cast(pl.Datetime("ms")))
    ).to_series()


def dates(days: Ints) -> pl.Series:
    """Dates for a frame."""
    return pl.Series((days.astype(np.int64) + EPOCH_DAY).astype(np.int32)).cast(pl.Date)


def pick(draws: np.random.Generator, shares: Floats, size: int) -> Ints:
    """Draw places in a list by their shares."""
    edges = np.cumsum(shares, dtype=np.float64)
    return np.minimum(np.searchsorted(edges, draws.random(size) * edges[-1], side="right"), len(edges) - 1).astype(
        np.int64
    )


def rounded(numerator: Ints, denominator: Ints | int) -> Ints:
    """Divide whole numbers that are not negative, half up: how every amount is rounded."""
    return (2 * numerator + denominator) // (2 * denominator)


def within(keys: Ints) -> Ints:
    """Number the rows of each run of equal keys from 0; the keys are sorted."""
    if not len(keys):
        return np.zeros(0, dtype=np.int64)
    starts = np.r_[True, keys[1:] != keys[:-1]]
    first = np.maximum.accumulate(np.where(starts, np.arange(len(keys)), 0))
    return np.arange(len(keys)) - first


def running_total(keys: Ints, values: Ints) -> Ints:
    """Add up within each run of equal keys; the keys are sorted."""
    if not len(keys):
        return values.astype(np.int64)
    total = np.cumsum(values, dtype=np.int64)
    starts = np.r_[True, keys[1:] != keys[:-1]]
    before = np.where(starts, total - values, 0)
    return total - np.maximum.accumulate(before)

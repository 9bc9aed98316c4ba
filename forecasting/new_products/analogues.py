"""What products with the same attributes sold at the same age, as it was known on the day of a launch.

Comes in: `Launches`. Goes out: for each product, attribute and period a mean over earlier products, and the most similar earlier products.
Called by the model, which learns how far to trust each of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from forecasting.new_products.launches import FloatArray, IntArray, Launches

BUCKET_DAYS = 7
# Half-lives of what was learnt, in buckets: this quarter, this half year, always.
HALF_LIVES = (8.0, 26.0, float("inf"))
# As many imagined products with the mean of the broader group as this stand beside the real ones (shrinkage).
PRIOR_PRODUCTS = 3.0


@dataclass(frozen=True)
class Encodings:
    """`level` is the shrunk mean of the first attribute (product × period), `means` the means of the others, `counts` what they rest on."""

    level: FloatArray
    means: list[FloatArray]
    counts: list[FloatArray]


def encode(known: Launches, asked: Launches, period_days: int) -> Encodings:
    """Return for each product of `asked` what `known` products with its attributes sold, from what was known at its launch.

    A product never counts for itself: nothing of it was known when it was launched.
    """
    groups = _groups([known, asked])
    start = int(known.day.min()) if len(known.ids) else 0
    first = [(products.day - start) // BUCKET_DAYS for products in (known, asked)]
    overall = float(np.nanmean(known.sold)) if np.isfinite(known.sold).any() else 0.0
    flat = np.full(asked.sold.shape, overall)
    means, counts = [], []
    everybody, level = flat, flat
    for name, (codes_known, codes_asked) in groups.items():
        prior = flat if name == "" else level if "×" in name else everybody
        for half_life in HALF_LIVES:
            mean, count = _mean_until(
                known.sold, codes_known, first[0], codes_asked, first[1], prior, half_life, period_days
            )
            means.append(mean)
            if half_life == HALF_LIVES[1]:
                counts.append(count.sum(axis=1))
                if name == "":
                    everybody = mean
                elif name == next(iter(asked.categories), None):
                    level = mean
    if not asked.categories:
        level = everybody
    return Encodings(np.maximum(level, max(overall, 1e-12) * 0.02), means, counts)


def most_alike(known: Launches, asked: Launches, how_many: int) -> list[list[tuple[str, int]]]:
    """Return for each asked product the known ones that share most of its attributes, the newest first, with how many they share."""
    if not len(known.ids):
        return [[] for _ in asked.ids]
    newest = known.day / (known.day.max() + 1.0)
    found = []
    for row in range(len(asked.ids)):
        shared = np.zeros(len(known.ids))
        for name, codes in asked.categories.items():
            shared += known.categories[name] == codes[row]
        best = np.argsort(-(shared + newest), kind="stable")[:how_many]
        found.append([(known.ids[place], int(shared[place])) for place in best if shared[place] > 0])
    return found


def _groups(tables: list[Launches]) -> dict[str, list[IntArray]]:
    """Return the codes of everybody (""), of each attribute, and of the first attribute crossed with each other one."""
    names = list(tables[0].categories)
    groups = {"": [np.zeros(len(table.ids), dtype=np.int64) for table in tables]}
    for name in names:
        groups[name] = [table.categories[name] for table in tables]
    for first, other in ((first, other) for first, other in combinations(names, 2) if first == names[0]):
        crossed = [table.categories[first] * len(table.words[other]) + table.categories[other] for table in tables]
        groups[f"{first}×{other}"] = _dense(crossed)
    return groups


def _dense(codes: Iterable[IntArray]) -> list[IntArray]:
    codes = list(codes)
    _, dense = np.unique(np.concatenate(codes), return_inverse=True)
    return list(np.split(dense.astype(np.int64), np.cumsum([len(part) for part in codes])[:-1]))


def _mean_until(
    sold: FloatArray,
    codes_known: IntArray,
    bucket_known: IntArray,
    codes_asked: IntArray,
    bucket_asked: IntArray,
    prior: FloatArray,
    half_life: float,
    period_days: int,
) -> tuple[FloatArray, FloatArray]:
    """Return shrunk, exponentially forgetting means per asked product and period, and the weights behind them.

    What a product sold in its period k is known k + 1 periods after its launch; sums per bucket of that day are carried forward.
    """
    periods = sold.shape[1]
    groups = int(max(codes_known.max(initial=0), codes_asked.max(initial=0))) + 1
    waits = ((np.arange(periods) + 1) * period_days + BUCKET_DAYS - 1) // BUCKET_DAYS
    last = int(max(bucket_asked.max(initial=0), bucket_known.max(initial=0) + waits[-1])) + 1
    sums, weights = np.zeros((last + 1, groups, periods)), np.zeros((last + 1, groups, periods))
    is_known = np.isfinite(sold)
    for period in range(periods):
        rows = np.flatnonzero(is_known[:, period])
        at = (bucket_known[rows] + 1 + waits[period], codes_known[rows], np.full(len(rows), period))
        inside = at[0] <= last
        at = tuple(part[inside] for part in at)
        np.add.at(sums, at, sold[rows[inside], period])
        np.add.at(weights, at, 1.0)
    kept = 0.5 ** (1.0 / half_life) if np.isfinite(half_life) else 1.0
    for bucket in range(1, last + 1):
        sums[bucket] += kept * sums[bucket - 1]
        weights[bucket] += kept * weights[bucket - 1]
    when = np.clip(bucket_asked, 0, last)
    total, weight = sums[when, codes_asked], weights[when, codes_asked]
    return (total + PRIOR_PRODUCTS * prior) / (weight + PRIOR_PRODUCTS), weight

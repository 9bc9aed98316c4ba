"""Quantiles of coming demand, drawn from the errors of the replays.

Comes in: forecasts and actual demand of the replays. Goes out: `Spread`, which gives quantiles around any forecast of the same
nodes. Called by `forecasting.demand.api`.

Demand is taken as gamma distributed around its forecast, for counts as a gamma in whole units (near the negative binomial, and
able to be calmer than a Poisson count). Its variance is each node's own squared error, shrunk towards what nodes of its volume show
and widened with the horizon. Then probabilities are made true by the replays (conformal: Angelopoulos and Bates 2021): for each interval
the pair of tails is taken that really covered as much as promised.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammainc, gammaincinv

from forecasting.demand.panel import BoolArray, FloatArray, IntArray

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
NAMES = ("q025", "q10", "q25", "q50", "q75", "q90", "q975")
PAIRS = ((0, 6), (1, 5), (2, 4))
OWN_WEIGHT = 12.0
SMALLEST = 1e-6
MOST_CELLS = 60_000


@dataclass(frozen=True)
class Spread:
    """`variance` of each node at its usual level `usual`, how it grows with level and horizon, and true probabilities."""

    variance: FloatArray
    usual: FloatArray
    power: float
    growth: FloatArray
    is_whole: BoolArray
    group: IntArray
    probabilities: FloatArray

    def quantiles(self, forecast: FloatArray) -> FloatArray:
        """Return quantiles (node, step, level) around a forecast, in order and never negative."""
        variance = self.around(forecast)
        made = np.empty((*forecast.shape, len(LEVELS)))
        for place in range(len(LEVELS)):
            wanted = self.probabilities[self.group, place][:, None]
            made[:, :, place] = _quantile(wanted, forecast, variance, self.is_whole)
        made[forecast <= SMALLEST] = 0.0
        return np.maximum.accumulate(made, axis=2)

    def around(self, forecast: FloatArray) -> FloatArray:
        ratio = np.clip(forecast / np.maximum(self.usual, SMALLEST)[:, None], 0.02, 50.0)
        growth = self.growth[np.minimum(np.arange(forecast.shape[1]), len(self.growth) - 1)]
        beyond = np.maximum(np.arange(1, forecast.shape[1] + 1) / len(self.growth), 1.0)
        return np.asarray(np.maximum(self.variance[:, None] * ratio**self.power * growth * beyond, SMALLEST))


def learn_spread(
    forecasts: FloatArray, actual: FloatArray, demand: FloatArray, final: FloatArray, group: IntArray
) -> Spread:
    """Return the spread from replays (node, origin, step), past demand and the forecast to be surrounded."""
    spread = _measured(forecasts, actual, demand, final, group)
    replays = forecasts.shape[1]
    found = []
    for place in range(replays):
        # Each replay is judged by the spread of the others: errors look small to those who were fitted to them.
        others = [other for other in range(replays) if other != place] or [place]
        apart = _measured(forecasts[:, others], actual[:, others], demand, forecasts[:, place], group)
        found.append(_probabilities(apart, forecasts[:, place], actual[:, place]))
    if not replays:
        return spread
    low, high, groups = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return _calibrated(spread, low, high, groups.astype(np.int64), replays)


def _measured(
    forecasts: FloatArray, actual: FloatArray, demand: FloatArray, final: FloatArray, group: IntArray
) -> Spread:
    """Return the spread with the distribution's own probabilities."""
    known = np.isfinite(actual)
    miss = np.where(known, np.nan_to_num(actual) - forecasts, 0.0)
    count = known.sum(axis=(1, 2))
    usual = np.where(
        count > 0, np.where(known, forecasts, 0).sum(axis=(1, 2)) / np.maximum(count, 1), final.mean(axis=1)
    )
    usual = np.maximum(usual, SMALLEST)
    own = (miss**2).sum(axis=(1, 2)) / np.maximum(count, 1)
    filled, observed = np.nan_to_num(demand), np.maximum(np.isfinite(demand).sum(axis=1), 1)
    scatter = (filled**2).sum(axis=1) / observed - (filled.sum(axis=1) / observed) ** 2
    power, expected = volume_law(usual, own, count, scatter)
    # Errors of one origin hang together: a replay of many steps counts as a few observations.
    weight = np.minimum(count, OWN_WEIGHT * 4) / 2
    variance = (weight * own + OWN_WEIGHT * expected) / (weight + OWN_WEIGHT)
    whole = np.where(np.isfinite(demand), demand, 0.0)
    is_whole = np.abs(whole - np.round(whole)).max(axis=1) < 1e-6
    return Spread(
        variance=np.maximum(variance, SMALLEST),
        usual=usual,
        power=power,
        growth=_growth(miss, known, variance),
        is_whole=is_whole,
        group=group,
        probabilities=np.tile(np.array(LEVELS), (int(group.max()) + 1, 1)),
    )


def volume_law(usual: FloatArray, own: FloatArray, count: FloatArray, scatter: FloatArray) -> tuple[float, FloatArray]:
    """Return how error variance grows with volume, and the variance expected of each node; `scatter` where few tell."""
    seen = (count > 0) & (own > 0) & (usual > 1e-3)
    if seen.sum() < 5:
        return 1.5, np.maximum(np.nan_to_num(scatter), usual)
    x, y = np.log(usual[seen]), np.log(own[seen])
    power = 1.5 if np.ptp(x) < 0.5 else float(np.clip(np.polyfit(x, y, 1)[0], 1.0, 2.0))
    # The mean of logarithms is below the logarithm of the mean: half the residual variance is added.
    residual = y - power * x
    level = float(residual.mean() + min(residual.var() / 2, 1.0))
    return power, np.exp(level) * usual**power


def _growth(miss: FloatArray, known: BoolArray, variance: FloatArray) -> FloatArray:
    """Return the variance by step ahead relative to the mean of all steps, never falling."""
    scaled = np.minimum(miss**2 / np.maximum(variance, SMALLEST)[:, None, None], 25.0)
    steps = miss.shape[2]
    total, seen = np.where(known, scaled, 0.0).sum(axis=(0, 1)), known.sum(axis=(0, 1))
    if seen.sum() < 4 * steps or steps < 3 or not total.any():
        return np.ones(steps)
    used = seen > 0
    mean = total[used] / seen[used]
    place = np.arange(steps)
    slope, start = np.polyfit(place[used], mean, 1, w=np.sqrt(seen[used]))
    line = (
        np.maximum(start + np.clip(slope, 0.0, None) * place, 0.3 * mean.mean())
        if slope > 0
        else np.full(steps, mean.mean())
    )
    return np.asarray(line / line.mean())


def _calibrated(spread: Spread, low: FloatArray, high: FloatArray, group: IntArray, replays: int) -> Spread:
    """Return the spread with probabilities under which the replays' intervals cover what they promise."""
    if len(low) < 30:
        return spread
    everyone = _true_levels(low, high, _promises(replays, len(spread.group)))
    rows = []
    for number in range(len(spread.probabilities)):
        mine = group == number
        lean = 200.0 / (200.0 + mine.sum())
        promises = _promises(replays, int((spread.group == number).sum()))
        own = _true_levels(low[mine], high[mine], promises) if mine.sum() >= 60 else everyone
        rows.append((1 - lean) * own + lean * everyone)
    return replace(spread, probabilities=np.array(rows))


def _promises(replays: int, nodes: int) -> list[float]:
    """Return how much each interval should have covered in the replays, to cover what it promises of what is to come.

    Few replays of few nodes show less scatter than there is: as with one more observation in a conformal quantile, a share
    of what lies outside is added. Nodes of one replay err together, so that they count by their root.
    """
    doubt = min(0.5, 2.0 / (max(replays, 1) * np.sqrt(max(nodes, 1))))
    promised = [LEVELS[upper] - LEVELS[lower] for lower, upper in PAIRS]
    return [promise + (1 - promise) * doubt for promise in promised]


def _probabilities(spread: Spread, made: FloatArray, came: FloatArray) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return for the cells of a replay the probabilities just below and up to what came, and their groups."""
    row, step = np.nonzero(np.isfinite(came) & (made > SMALLEST))
    every = max(1, len(row) // MOST_CELLS)
    row, step = row[::every], step[::every]
    mean, demand = made[row, step], came[row, step]
    variance = spread.around(made)[row, step]
    shape, scale = mean**2 / variance, variance / np.maximum(mean, SMALLEST)
    whole = spread.is_whole[row]
    up = gammainc(shape, np.maximum(np.where(whole, demand + 0.5, demand), 0) / scale)
    down = gammainc(shape, np.maximum(np.where(whole, demand - 0.5, demand), 0) / scale)
    return np.where(whole & (demand <= 0), 0.0, down), up, spread.group[row]


def _true_levels(low: FloatArray, high: FloatArray, promises: list[float]) -> FloatArray:
    """Return for each nominal level the probability to ask the distribution for."""
    middle = (low + high) / 2
    asked = np.quantile(middle, LEVELS)
    for (lower, upper), promised in zip(PAIRS, promises, strict=True):
        asked[lower], asked[upper] = _covering(low, high, asked[lower], asked[3], asked[upper], promised)
    return np.clip(np.maximum.accumulate(asked), 1e-4, 1 - 1e-4)


def _covering(
    low: FloatArray, high: FloatArray, lower: float, middle: float, upper: float, promised: float
) -> tuple[float, float]:
    """Return tails, between none and the middle, whose interval covered nearest to what is promised."""
    best, tails = np.inf, (lower, upper)
    # Below zero the tails are drawn in towards the middle, above it pushed out towards 0 and 1.
    for pull in np.linspace(-0.9, 0.98, 95):
        if pull >= 0:
            a, b = lower + pull * (middle - lower), upper - pull * (upper - middle)
        else:
            a, b = lower * (1 + pull), upper - pull * (1 - upper)
        covered = float(((high >= a) & (low < b)).mean())
        off = abs(covered - promised) + 1e-4 * abs(pull)
        if off < best:
            best, tails = off, (a, b)
    return tails


def _quantile(probability: FloatArray, mean: FloatArray, variance: FloatArray, is_whole: BoolArray) -> FloatArray:
    safe = np.maximum(mean, SMALLEST)
    shape, scale = safe**2 / variance, variance / safe
    value = gammaincinv(shape, np.broadcast_to(probability, mean.shape)) * scale
    value = np.where(np.isfinite(value), value, safe)
    return np.where(is_whole[:, None], np.maximum(np.ceil(value - 0.5), 0.0), value)

"""Methods that are computed for all series at once: the benchmark, means, and exponential smoothing.

Comes in: demand without holes up to an origin (NaN before a series begins). Goes out: one row of coming periods per series.
Called by `forecasting.demand.candidates`.
"""

import numpy as np

from forecasting.demand.frequency import Frequency
from forecasting.demand.panel import FloatArray

BENCHMARK = "SeasonalNaive"
ALPHAS = (0.03, 0.07, 0.15, 0.3, 0.5)


def seasonal_naive(values: FloatArray, horizon: int, frequency: Frequency) -> FloatArray:
    """Return the value a season ago, or the last one where the history is shorter than two seasons."""
    season, length = frequency.season, values.shape[1]
    last = np.repeat(values[:, -1:], horizon, axis=1)
    if length < 2 * season:
        return last
    back = values[:, length - season :][:, np.arange(horizon) % season]
    is_long = np.isfinite(values[:, length - 2 * season])
    return np.where(is_long[:, None], back, last)


def recent_mean(values: FloatArray, window: int) -> FloatArray:
    """Return the mean of the newest `window` periods that are known."""
    newest = values[:, -window:]
    known = np.isfinite(newest)
    return np.nansum(newest, axis=1) / np.maximum(known.sum(axis=1), 1)


def weekday_mean(values: FloatArray, horizon: int, season: int, seasons: int) -> FloatArray:
    """Return the mean of the newest `seasons` values at the same place of the season."""
    length = values.shape[1]
    used = min(seasons, length // season)
    newest = values[:, length - used * season :].reshape(len(values), used, season)
    known = np.isfinite(newest)
    mean = np.nansum(newest, axis=1) / np.maximum(known.sum(axis=1), 1)
    return mean[:, np.arange(horizon) % season]


def smoothed_level(values: FloatArray) -> FloatArray:
    """Return the level of simple exponential smoothing, with the factor that forecast each series best one step ahead."""
    known = np.isfinite(values)
    first = np.where(known.any(axis=1), np.argmax(known, axis=1), 0)
    filled = np.nan_to_num(values)
    opening = np.array([8])
    head = np.cumsum(filled, axis=1)
    rows, last = np.arange(len(values)), values.shape[1] - 1
    until = np.minimum(first + opening, last)
    start = head[rows, until] / np.maximum(until - first + 1, 1)
    best, chosen = np.full(len(values), np.inf), start.copy()
    for alpha in ALPHAS:
        level, error = start.copy(), np.zeros(len(values))
        for step in range(values.shape[1]):
            miss = np.where(known[:, step], filled[:, step] - level, 0.0)
            error += miss**2
            level += alpha * miss
        better = error < best * 0.995
        best[better], chosen[better] = error[better], level[better]
    return chosen


def theta(values: FloatArray, level: FloatArray, horizon: int) -> FloatArray:
    """Return the level with half the slope of the straight line through the history: the theta method of Assimakopoulos and Nikolopoulos.

    It is exponential smoothing with that drift (Hyndman and Billah 2003), never below nothing.
    """
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    place = np.arange(values.shape[1])[None, :]
    centred = np.where(known, place - (known * place).sum(axis=1, keepdims=True) / count, 0.0)
    slope = (centred * np.nan_to_num(values)).sum(axis=1) / np.maximum((centred**2).sum(axis=1), 1e-9)
    return np.maximum(level[:, None] + 0.5 * slope[:, None] * np.arange(1, horizon + 1), 0.0)

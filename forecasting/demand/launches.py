"""Sums without the series that are yet to be launched.

Comes in: replays of all nodes. Goes out: the same, where a sum's demand and forecasts are those of the series that had begun at the
origin. Called by `forecasting.demand.api`.

Where new products come all the time, the history of a sum holds launches, and so would its forecast; the series known today
would have to sell what their successors will. Replays tell which share of a sum's demand came from series not begun yet.
"""

from dataclasses import replace

import numpy as np
from scipy import sparse

from forecasting.demand.backtest import Replay
from forecasting.demand.hierarchy import Tree
from forecasting.demand.panel import FloatArray, Panel

# Below this share of launches nothing is changed: they are exceptions.
FEWEST = 0.02


def without_launches(replays: list[Replay], panel: Panel, tree: Tree) -> list[Replay]:
    """Return the replays, the last of which is the forecast, of sums of series that had begun."""
    sums = tree.count - tree.series
    *past, now = replays
    if not sums or not past:
        return replays
    above = tree.sums[:sums]
    begun = [_of_begun(above, panel, sums, one) for one in past]
    kept = _kept([one.actual[:sums] for one in past], begun, tree.level_of()[:sums])
    if kept.min() > 1 - FEWEST:
        return replays
    changed = []
    for one, known in zip(past, begun, strict=True):
        actual = one.actual.copy()
        actual[:sums] = np.where(np.isfinite(actual[:sums]), known, np.nan)
        changed.append(replace(one, actual=actual, forecasts=_scaled(one, kept)))
    return [*changed, replace(now, forecasts=_scaled(now, kept))]


def _of_begun(above: sparse.csr_matrix, panel: Panel, sums: int, one: Replay) -> FloatArray:
    """Return the demand of the sums' series that had begun at the origin."""
    steps = one.actual.shape[1]
    known = min(steps, panel.length - one.origin)
    demand = np.zeros((panel.count - sums, steps))
    demand[:, :known] = np.nan_to_num(panel.demand[sums:, one.origin : one.origin + known])
    demand[panel.start[sums:] >= one.origin] = 0.0
    return np.asarray(above @ demand)


def _kept(actual: list[FloatArray], begun: list[FloatArray], level_of: np.ndarray) -> FloatArray:
    """Return for each sum and step the share of demand that series known at the origin had, level by level, never rising."""
    kept = np.ones_like(actual[0])
    for level in np.unique(level_of):
        rows = level_of == level
        known = np.stack([np.isfinite(one[rows]) for one in actual])
        whole = np.where(known, np.nan_to_num(np.stack([one[rows] for one in actual])), 0.0).sum(axis=(0, 1))
        part = np.where(known, np.stack([one[rows] for one in begun]), 0.0).sum(axis=(0, 1))
        share = np.where(whole > 0, part / np.maximum(whole, 1e-9), 1.0)
        kept[rows] = np.minimum.accumulate(np.clip(share, 0.05, 1.0))
    return kept


def _scaled(one: Replay, kept: FloatArray) -> dict[str, FloatArray]:
    """Return the forecasts with those of the sums scaled; plain answers are no extrapolation and stay."""
    is_plain = one.plain.is_plain[: len(kept), None]
    factor = np.where(is_plain, 1.0, kept)
    return {
        name: np.concatenate([made[: len(kept)] * factor, made[len(kept) :]]) for name, made in one.forecasts.items()
    }

"""What the champions say at an origin, sparse series from their sums, and all of it made to add up.

Comes in: a replay, champions, tree. Goes out: forecasts of all nodes. Called by `forecasting.demand.api` for each replay and for the
forecast itself, so that accuracy is that of what is published.
"""

import numpy as np

from forecasting.demand.backtest import Replay
from forecasting.demand.champions import Champion, method_names, say, stack
from forecasting.demand.hierarchy import Tree
from forecasting.demand.intervals import volume_law
from forecasting.demand.panel import FloatArray, Panel
from forecasting.demand.reconcile import reconcile
from forecasting.demand.shares import Sparse, share_out

SHARE = "share of a sum"
PLAIN = "plain"


def coherent(
    one: Replay,
    champions: list[Champion],
    segment_of: np.ndarray,
    sparse: Sparse,
    panel: Panel,
    tree: Tree,
    past: list[Replay],
) -> FloatArray:
    """Return what the champions say at an origin, made to add up."""
    base = said_by_champions(one, champions, segment_of)
    known = panel.demand[:, : one.origin]
    base = share_out(sparse, known, base, tree, panel.frequency.year // 2)
    base[one.plain.is_plain] = one.plain.value[one.plain.is_plain, None]
    if tree.series == tree.count:
        return np.round(base, 4)
    others = [other for other in past if other.origin != one.origin] or past
    return reconcile(base, _variance(others, champions, segment_of, base), tree)


def said_by_champions(one: Replay, champions: list[Champion], segment_of: np.ndarray) -> FloatArray:
    """Return what the champion of each node's segment says, before anything is made to add up."""
    names = method_names([one])
    forecasts = stack([one], names)[:, :, 0, :]
    said = forecasts[0].copy()
    for champion in champions:
        rows = segment_of == champion.segment
        said[rows] = say(champion, forecasts[:, rows], names)
    return np.maximum(np.nan_to_num(said), 0.0)


def _variance(replays: list[Replay], champions: list[Champion], segment_of: np.ndarray, base: FloatArray) -> FloatArray:
    """Return each node's error variance: its own in the replays, leaning on what nodes of its volume show."""
    level = np.maximum(base.mean(axis=1), 1e-3)
    total, count = np.zeros(len(level)), np.zeros(len(level))
    for other in replays:
        miss = other.actual - said_by_champions(other, champions, segment_of)
        miss[np.isin(segment_of, (SHARE, PLAIN))] = np.nan
        total += np.nansum(miss**2, axis=1)
        count += np.isfinite(miss).sum(axis=1)
    own = total / np.maximum(count, 1)
    _, expected = volume_law(level, own, count, level)
    prior = 12.0
    # One absurd period must not make a series the place where all disagreement goes.
    own = np.clip(own, expected / 5, expected * 5)
    return np.where(count > 0, (count * own + prior * expected) / (count + prior), expected)

"""Forecasts of series and sums made to agree: exactly, never negative, and nearest to what each level says best.

Comes in: base forecasts of all nodes, how wrong each was in the replays, the tree. Goes out: forecasts of the series; the sums
are their sums. Called by `forecasting.demand.api`. Method: minimum trace with a diagonal of error variances (Wickramasuriya,
Athanasopoulos and Hyndman 2019), as hierarchicalforecast solves it for sparse trees.
"""

import warnings

import numpy as np

from forecasting.demand.hierarchy import Tree
from forecasting.demand.panel import FloatArray

DECIMALS = 4


def reconcile(base: FloatArray, variance: FloatArray, tree: Tree) -> FloatArray:
    """Return the reconciled forecasts of all nodes; a tree without sums is only rounded."""
    series = tree.series
    if series == tree.count:
        return np.round(base, DECIMALS)
    from hierarchicalforecast.methods import MinTraceSparse

    # The method reads variances off residuals: two each that have just the variance wanted.
    usual = max(float(variance.mean()), 1e-12)
    spread = np.sqrt(2.0 * np.maximum(variance / usual, 1e-6))
    residuals = np.stack([np.zeros_like(spread), spread], axis=1)
    level = max(float(np.abs(base).mean()), 1e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = MinTraceSparse("wls_var").fit_predict(
            S=tree.sums, y_hat=base / level, y_insample=residuals, y_hat_insample=np.zeros_like(residuals)
        )
    bottom = np.maximum(made["mean"][-series:] * level, 0.0)
    # What is forecast as nothing (ended, never sold) stays nothing, whatever its siblings' sums say.
    bottom = np.where(base[-series:] <= 0, 0.0, bottom)
    return add_up(bottom, tree)


def add_up(bottom: FloatArray, tree: Tree) -> FloatArray:
    """Return the forecasts of all nodes: the series rounded, and the sums of the rounded ones."""
    rounded = np.round(bottom, DECIMALS)
    above = tree.sums[: tree.count - tree.series]
    return np.concatenate([np.round(above @ rounded, DECIMALS), rounded])

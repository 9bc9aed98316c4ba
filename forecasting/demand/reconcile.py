"""Forecasts of series and sums made to agree: exactly, never negative, and nearest to what each level says best.

Comes in: base forecasts of all nodes, how wrong each was in the replays, the tree. Goes out: forecasts of the series; the sums
are their sums. Called by `forecasting.demand.coherent`.

Method: minimum trace with a diagonal of error variances (Wickramasuriya, Athanasopoulos and Hyndman 2019). It is solved by its
constraints (one equation per sum) instead of by its series: the same answer as hierarchicalforecast's MinTrace with wls_var, which
the tests compare it with, but steady for thousands of nodes, where that library's sparse solver runs away.
"""

import numpy as np
from scipy import sparse
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.sparse.linalg import cg

from forecasting.demand.hierarchy import Tree
from forecasting.demand.panel import FloatArray

DECIMALS = 4
MOST_DENSE = 4000


def reconcile(base: FloatArray, variance: FloatArray, tree: Tree) -> FloatArray:
    """Return the reconciled forecasts of all nodes; a tree without sums is only rounded."""
    series = tree.series
    if series == tree.count:
        return np.round(base, DECIMALS)
    above = tree.sums[: tree.count - series]
    of_sums, of_series = variance[:-series], variance[-series:]
    # What is forecast as nothing (ended, never sold) stays nothing, whatever its siblings' sums say.
    is_nothing = (base[-series:] <= 0).all(axis=1)
    of_series = np.where(is_nothing, 0.0, of_series)
    gap = base[:-series] - above @ base[-series:]
    scale = max(float(of_sums.mean()), 1e-12)
    left = (above @ sparse.diags(of_series / scale) @ above.T + sparse.diags(of_sums / scale)).tocsr()
    bottom = base[-series:] + (of_series / scale)[:, None] * (above.T @ _solve(left, gap))
    return add_up(np.maximum(bottom, 0.0), tree)


def add_up(bottom: FloatArray, tree: Tree) -> FloatArray:
    """Return the forecasts of all nodes: the series rounded, and the sums of the rounded ones."""
    rounded = np.round(bottom, DECIMALS)
    above = tree.sums[: tree.count - tree.series]
    return np.concatenate([np.round(above @ rounded, DECIMALS), rounded])


def _solve(left: sparse.csr_matrix, right: FloatArray) -> FloatArray:
    """Solve a symmetric positive definite system, directly where it is small."""
    ridge = 1e-9 * float(left.diagonal().mean())
    left = left + ridge * sparse.identity(left.shape[0], format="csr")
    if left.shape[0] <= MOST_DENSE:
        try:
            return np.asarray(cho_solve(cho_factor(left.toarray(), lower=True), right))
        except LinAlgError:
            pass
    precondition = sparse.diags(1.0 / left.diagonal())
    columns = [cg(left, right[:, step], rtol=1e-6, maxiter=500, M=precondition)[0] for step in range(right.shape[1])]
    return np.stack(columns, axis=1)

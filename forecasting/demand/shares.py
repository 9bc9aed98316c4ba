"""Series that sell too seldom to be modelled: a share of a sum that sells often enough.

Comes in: node panel and tree. Goes out: which series are sparse, of which node each takes its share, and the shares as they
stood at an origin. Called by `forecasting.demand.api`.
"""

from dataclasses import dataclass

import numpy as np

from forecasting.demand.hierarchy import Tree
from forecasting.demand.panel import BoolArray, FloatArray, IntArray, Panel

FEWEST_SOLD = 10
FEWEST_UNITS = 20.0
ENOUGH_PERIODS = 20
PRIOR_UNITS = 5.0


@dataclass(frozen=True)
class Sparse:
    """`carrier` is the node of which a sparse series gets its share, `wide` the one whose shares it leans on; -1 for none."""

    is_sparse: BoolArray
    carrier: IntArray
    wide: IntArray


def find_sparse(panel: Panel, tree: Tree) -> Sparse:
    """Return the sparse series of a panel of nodes; none where there is no sum to take a share of but the total."""
    count, series = tree.count, tree.series
    above = count - series
    nothing = np.full(count, -1, dtype=np.int64)
    sold = (np.nan_to_num(panel.demand) > 0).sum(axis=1)
    units = np.nansum(panel.demand[:, -2 * panel.frequency.year :], axis=1)
    is_thin = (sold < FEWEST_SOLD) | (units < FEWEST_UNITS)
    is_sparse = np.zeros(count, dtype=bool)
    if not above or set(tree.levels) <= {"total", "series"}:
        return Sparse(is_sparse, nothing, nothing)
    level_of = tree.level_of()
    sizes = {level: int((level_of == level).sum()) for level in tree.levels}
    fine_first = sorted((level for level in tree.levels if level != "series"), key=lambda level: -sizes[level])
    carrier, wide = nothing.copy(), nothing.copy()
    is_open = np.zeros(count, dtype=bool)
    is_open[above:] = is_thin[above:]
    for level in fine_first:
        rows = np.flatnonzero(level_of == level)
        member = tree.sums[rows].tocoo()
        node_of = np.full(series, -1, dtype=np.int64)
        node_of[member.col] = rows[member.row]
        enough = sold[node_of] >= ENOUGH_PERIODS
        found = is_open[above:] & (carrier[above:] < 0) & enough
        carrier[above:][found] = node_of[found]
        # The next level above that also tells series apart: sizes of a style in all markets, say.
        if level != fine_first[0]:
            lean = is_open[above:] & (carrier[above:] >= 0) & ~found & (wide[above:] < 0)
            wide[above:][lean] = node_of[lean]
    is_sparse = is_open & (carrier >= 0)
    return Sparse(is_sparse, np.where(is_sparse, carrier, -1), np.where(is_sparse, wide, -1))


def share_out(sparse: Sparse, demand: FloatArray, forecasts: FloatArray, tree: Tree, half_life: int) -> FloatArray:
    """Return `forecasts` (nodes by steps) with sparse series as shares of their carriers; newer sales weigh more."""
    rows = np.flatnonzero(sparse.is_sparse)
    if not len(rows):
        return forecasts
    age = np.arange(demand.shape[1])[::-1]
    recent = np.nan_to_num(demand) @ (0.5 ** (age / half_life))
    carrier = sparse.carrier[rows]
    siblings = np.asarray(tree.sums[carrier].sum(axis=1)).ravel()
    # An unsold series leans on an equal share of its carrier; one unit of its own already says more.
    prior = 1.0 / np.maximum(siblings, 1.0)
    share = (recent[rows] + PRIOR_UNITS * prior) / (recent[carrier] + PRIOR_UNITS)
    begun = np.isfinite(demand[rows]).any(axis=1)
    made = forecasts.copy()
    made[rows] = np.where(begun, share, 0.0)[:, None] * forecasts[carrier]
    return made

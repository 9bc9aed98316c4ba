"""80 percent intervals from the errors that a model made in its backtest (split conformal).

Comes in: replays of the chosen model. Goes out: half widths per week ahead, and bounds. Called by
`forecasting.sales.forecast`. Nothing is assumed about the distribution of the errors.
"""

import math

import numpy as np

from forecasting.sales.backtest import Fold
from forecasting.sales.history import FloatArray

LEVEL = 0.8
# The first weeks share their errors: one week ahead there are no more errors than there are folds.
FEWEST_STEPS = 4


def half_widths(folds: list[Fold], horizon: int) -> FloatArray:
    """Return the half width of the interval for each week ahead; later weeks are never narrower than earlier ones."""
    errors = np.array([np.abs(fold.actual - fold.forecast) for fold in folds])
    replayed = errors.shape[1]
    widths = np.array([_quantile(errors[:, : max(step, FEWEST_STEPS)].ravel()) for step in range(1, replayed + 1)])
    widths = np.maximum.accumulate(widths)
    # Weeks further ahead than any replay: errors add up like those of a random walk.
    beyond = [widths[-1] * math.sqrt(step / replayed) for step in range(replayed + 1, horizon + 1)]
    return np.concatenate([widths, beyond])[:horizon]


def bounds(forecast: FloatArray, widths: FloatArray, reach: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """Return lower and upper bounds, never negative.

    `reach` is where sales would be had their level not changed just now: a few weeks cannot tell whether the change
    will last, so the interval reaches back to it.
    """
    lower, upper = np.maximum(forecast - widths, 0.0), forecast + widths
    if reach is not None:
        lower, upper = np.minimum(lower, reach), np.maximum(upper, reach)
    return lower, upper


def scatter_width(quantities: FloatArray) -> float:
    """Return the half width for a history too short to replay: the scatter of its weeks, at least that of counts."""
    mean = max(float(quantities.mean()), 0.0)
    scatter = max(float(np.std(quantities, ddof=1)) if len(quantities) > 1 else 0.0, math.sqrt(mean))
    normal_quantile = 1.2816
    return normal_quantile * scatter * math.sqrt(1 + 1 / len(quantities))


def _quantile(errors: FloatArray) -> float:
    rank = min(math.ceil((len(errors) + 1) * LEVEL), len(errors))
    return float(np.sort(errors)[rank - 1])

"""Which series are alike: by pattern of demand, length of history and volume.

Comes in: demand of a panel. Goes out: a name for each series; champions are chosen per segment. Called by
`forecasting.demand.champions` through `forecasting.demand.api`.
"""

import numpy as np
import numpy.typing as npt

from forecasting.demand.frequency import Frequency
from forecasting.demand.panel import FloatArray

# Syntetos, Boylan and Croston (2005): mean distance of demands, and squared variation of their sizes.
ADI_CUT = 1.32
CV2_CUT = 0.49


def demand_class(demand: FloatArray) -> npt.NDArray[np.str_]:
    """Return smooth, erratic, intermittent or lumpy for each series."""
    sold = np.where(demand > 0, demand, np.nan)
    demands = np.isfinite(sold).sum(axis=1)
    interval = np.isfinite(demand).sum(axis=1) / np.maximum(demands, 1)
    filled = np.nan_to_num(sold)
    mean = filled.sum(axis=1) / np.maximum(demands, 1)
    square = (filled**2).sum(axis=1) / np.maximum(demands, 1)
    variation = np.where(mean > 0, square / np.maximum(mean, 1e-12) ** 2 - 1, 0.0)
    is_rare, is_varied = interval >= ADI_CUT, variation >= CV2_CUT
    return np.where(is_rare, np.where(is_varied, "lumpy", "intermittent"), np.where(is_varied, "erratic", "smooth"))


def segments(demand: FloatArray, frequency: Frequency, is_aggregate: npt.NDArray[np.bool_]) -> npt.NDArray[np.str_]:
    """Return the segment of each series, in words."""
    observed = np.isfinite(demand).sum(axis=1)
    history = np.where(
        observed >= 2 * frequency.season, "two seasons", np.where(observed >= frequency.season, "one season", "young")
    )
    recent = np.nanmean(np.where(np.isfinite(demand), demand, 0.0)[:, -frequency.long :], axis=1)
    volume = np.where(recent >= 10, "many", "few")
    kind = np.where(is_aggregate, "sums", "series")
    parts = (kind, demand_class(demand), history, volume)
    return np.array([", ".join(words) for words in zip(*parts, strict=True)])

"""How much longer the first pieces of a style take: Wright's learning curve.

Comes in: pieces made before and pieces of a lot. Goes out: the factor on the standard time, averaged over the lot. Called by `load`.
T. P. Wright, "Factors Affecting the Cost of Airplanes", Journal of the Aeronautical Sciences 3 (1936): each doubling of what was made
takes a fixed share of the time of before. The standard time is the time of the piece number `units`; from there on nothing is learned.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def learning_factor(before: Floats, quantity: Floats, rate: float, units: int) -> Floats:
    """Return the mean of max(1, (x / units)^b) over x from `before` to `before + quantity`, with b = log2(rate)."""
    begin = np.asarray(before, dtype=float)
    end = begin + np.maximum(np.asarray(quantity, dtype=float), 1e-9)
    if rate >= 1:
        return np.ones_like(end)
    grown = 1 + np.log2(rate)
    steep_end, steep_begin = np.minimum(end, units), np.minimum(begin, units)
    steep = units ** (1 - grown) * (steep_end**grown - steep_begin**grown) / grown
    flat = np.maximum(end - units, 0) - np.maximum(begin - units, 0)
    return np.asarray((steep + flat) / (end - begin))

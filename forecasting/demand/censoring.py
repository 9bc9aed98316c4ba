"""What would have been sold had there been stock.

Comes in: a panel with the share of each period in which a series could be bought. Goes out: the same panel with `demand`
unconstrained (an expectation step and a level step in turn, as in Talluri and van Ryzin's EM). Called by
`forecasting.demand.api`.
"""

from dataclasses import replace

import numpy as np

from forecasting.demand.panel import FloatArray, IntArray, Panel

ROUNDS = 3


def unconstrain(panel: Panel, phase: IntArray) -> Panel:
    """Fill unknown demand with the level around it times the season, and add the share that was not in stock."""
    unknown = np.isnan(panel.y) & (np.arange(panel.length)[None, :] >= panel.start[:, None])
    if not unknown.any() and (panel.stocked >= 1).all():
        return panel
    is_begun = np.arange(panel.length)[None, :] >= panel.start[:, None]
    sold = np.where(is_begun, np.nan_to_num(np.maximum(panel.y, 0.0)), 0.0)
    share = np.where(is_begun & ~unknown, panel.stocked, 0.0)
    season = np.ones_like(sold)
    level = _level(sold, share, panel.frequency.recent)
    for _ in range(ROUNDS):
        # Expectation: what was sold, and for the rest of the period what the level and the season lead one to expect.
        expected = sold + (1 - share) * level * season
        season = _season(np.where(is_begun, expected, 0.0), np.where(is_begun, level, 0.0), phase)
        level = _level(sold, share * season, panel.frequency.recent)
    demand = np.where(is_begun, sold + (1 - share) * level * season, np.nan)
    return replace(panel, demand=demand)


def _level(sold: FloatArray, share: FloatArray, window: int) -> FloatArray:
    """Return sales per stocked period around each period; of the whole series where it was long out of stock."""
    around, weight = _window_sum(sold * (share > 0), window), _window_sum(share, window)
    whole = sold.sum(axis=1, keepdims=True) / np.maximum(share.sum(axis=1, keepdims=True), 1e-9)
    whole = np.where(share.sum(axis=1, keepdims=True) > 0, whole, 0.0)
    # Two periods' worth of the whole series' mean keeps a level from a few days in stock from running away.
    return (around + 2.0 * whole) / (weight + 2.0)


def _window_sum(values: FloatArray, reach: int) -> FloatArray:
    total = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    place = np.arange(values.shape[1])
    return total[:, np.minimum(place + reach + 1, values.shape[1])] - total[:, np.maximum(place - reach, 0)]


def _season(expected: FloatArray, level: FloatArray, phase: IntArray) -> FloatArray:
    """Return a season that all series share, by phase; flat where there is less than a whole one to see it from."""
    phases = int(phase.max()) + 1
    if expected.shape[1] < 1.5 * phases:
        return np.ones_like(expected)
    above = np.bincount(phase, expected.sum(axis=0), phases)
    below = np.bincount(phase, level.sum(axis=0), phases)
    index = np.where(below > 0, above / np.maximum(below, 1e-9), 1.0)
    return np.broadcast_to(np.clip(index, 0.2, 5.0)[phase], expected.shape)

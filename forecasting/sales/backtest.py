"""Which model would have served a series best, found by replaying the last year.

Comes in: a history. Goes out: `Backtest` per model: what it would have said at each origin, made only from the weeks
before it. Called by `forecasting.sales.forecast`.
"""

from dataclasses import dataclass

import numpy as np

from forecasting.sales.history import FloatArray
from forecasting.sales.models import BENCHMARK, candidates, is_intermittent, predict
from forecasting.sales.preparation import Prepared, prepare

MOST_FOLDS = 4
WEEKS_OF_A_MONTH = 4
SHORTEST_TRAINING = 6


@dataclass(frozen=True)
class Fold:
    """One replay: the first `origin` weeks were known, `forecast` was said about the following ones."""

    origin: int
    actual: FloatArray
    forecast: FloatArray
    reach: FloatArray | None


@dataclass(frozen=True)
class Backtest:
    """All replays of one model over the same weeks; their weeks do not overlap."""

    model: str
    folds: list[Fold]
    weeks_scored_together: int

    @property
    def absolute_error(self) -> float:
        return sum(self._absolute_total(fold.actual - fold.forecast) for fold in self.folds)

    @property
    def wape(self) -> float | None:
        """Absolute errors as a share of what was sold; None when nothing was."""
        sold = sum(self._absolute_total(fold.actual) for fold in self.folds)
        return self.absolute_error / sold if sold > 0 else None

    def _absolute_total(self, weeks: FloatArray) -> float:
        starts = range(0, len(weeks), self.weeks_scored_together)
        return float(np.abs(np.add.reduceat(weeks, list(starts))).sum())


def backtest(quantities: FloatArray, horizon: int) -> list[Backtest]:
    """Replay every candidate from the same origins, a forecast horizon apart; the benchmark is the first result."""
    origins, length = _origins(len(quantities), horizon)
    trainings = {origin: prepare(quantities[:origin]) for origin in origins}
    # Week by week, the absolute errors of intermittent demand are smallest for a forecast of nothing; over a month they
    # measure what will be needed.
    together = WEEKS_OF_A_MONTH if is_intermittent(quantities) else 1
    results = []
    for model in candidates(np.maximum(quantities, 0.0), min(origins)):
        folds = []
        for origin, training in trainings.items():
            forecast, reach = _replay(model, quantities[:origin], training, length)
            folds.append(Fold(origin, quantities[origin : origin + length], forecast, reach))
        if all(np.isfinite(fold.forecast).all() for fold in folds):
            results.append(Backtest(model, folds, together))
    return results


def choose(results: list[Backtest]) -> Backtest:
    """Return the model with the smallest error; the benchmark unless another one is truly better."""
    return min(results, key=lambda result: result.absolute_error)


def fit_and_predict(model: str, prepared: Prepared, horizon: int) -> tuple[FloatArray, FloatArray | None]:
    """Return the forecast, and after a fresh change of level what the forecast would be had the level not changed."""
    forecast = predict(model, prepared.history, horizon)
    if prepared.change is None:
        return forecast, None
    age = prepared.change.age
    return forecast, predict(model, prepared.before_change, age + horizon)[age:]


def _replay(model: str, known: FloatArray, training: Prepared, length: int) -> tuple[FloatArray, FloatArray | None]:
    if model == BENCHMARK:
        # The benchmark is deliberately plain: what happened a year before, nothing capped or moved.
        return predict(model, known, length), None
    return fit_and_predict(model, training, length)


def _origins(weeks: int, horizon: int) -> tuple[list[int], int]:
    length = max(1, min(horizon, (weeks - SHORTEST_TRAINING) // 2))
    folds = min(MOST_FOLDS, (weeks - SHORTEST_TRAINING) // length)
    return [weeks - length * fold for fold in range(folds, 0, -1)], length

"""The past replayed: what each method would have said at earlier origins, knowing only the periods before them.

Comes in: a panel of series and sums. Goes out: `Replay` per origin, the last of which is the forecast itself. Called by
`forecasting.demand.api`.
"""

import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from forecasting.demand.candidates import GLOBAL, Forecasts, Training, forecast_all
from forecasting.demand.frequency import Frequency
from forecasting.demand.global_model import forecast_global
from forecasting.demand.panel import BoolArray, FloatArray, IntArray, Panel
from forecasting.demand.plain import Plain, plain_answers
from forecasting.demand.preparation import Prepared, prepare
from forecasting.demand.season import driver_factor, seasonal_factor

MOST_ORIGINS = 4
SHORTEST_TRAINING = {"D": 21, "W": 12, "M": 6}


@dataclass(frozen=True)
class Replay:
    """At `origin` the first `origin` periods were known; `actual` is NaN where demand was not known or is yet to come."""

    origin: int
    forecasts: Forecasts
    actual: FloatArray
    scale: FloatArray
    plain: Plain
    prepared: Prepared


@dataclass(frozen=True)
class Setting:
    """What all origins share: groups for seasons, attributes to learn from, which series are modelled and how."""

    groups: IntArray
    attributes: dict[str, IntArray]
    is_sparse: BoolArray
    is_slow: BoolArray
    horizon: int
    threads: int
    seed: int


def origins(length: int, horizon: int, frequency: Frequency, most: int = MOST_ORIGINS) -> list[int]:
    """Return how many periods were known at each origin; none where the history is too short to replay anything.

    Two seasons stay before the first origin where that is possible with three replays, else half of the history.
    """
    shortest = SHORTEST_TRAINING[frequency.code]
    ahead = max(1, min(horizon, (length - shortest) // 2))
    last = length - ahead
    if last < shortest:
        return []
    seasonal = 2 * frequency.season + frequency.season // 8
    first = seasonal if last - seasonal >= 2 * max(1, ahead // 3) else max(shortest, length // 2)
    first = min(first, last)
    step = max(1, min(ahead, (last - first) // max(most - 1, 1)))
    return sorted({last - step * back for back in range(most) if last - step * back >= first})


def replay(panel: Panel, setting: Setting, at: list[int]) -> list[Replay]:
    """Return what each method says at each origin of `at`; the whole length may be one of them."""
    frequency, trainings, seasons, parts = panel.frequency, [], [], []
    for origin in at:
        raw = panel.demand[:, :origin]
        plain = plain_answers(raw, frequency)
        prepared = prepare(raw, frequency, partial(_season_so_far, panel, setting, plain))
        season = _season(panel, setting, prepared.values, plain)
        drivers = driver_factor(prepared.values, season, panel.known, frequency)
        trainings.append(
            Training(
                raw=raw,
                values=prepared.values,
                factor=season * drivers,
                horizon=setting.horizon,
                is_modelled=~plain.is_plain & ~setting.is_sparse,
            )
        )
        seasons.append(season)
        parts.append((plain, prepared))
    made = forecast_all(trainings, frequency, setting.is_slow, setting.threads)
    # The learner frees the interpreter while it works, so that origins are learnt side by side.
    with warnings.catch_warnings(), ThreadPoolExecutor(max(setting.threads, 1)) as pool:
        warnings.simplefilter("ignore")
        learnt = list(pool.map(lambda one: _learn(panel, setting, *one), zip(trainings, seasons, strict=True)))
    replays = []
    for origin, training, global_forecast, (plain, prepared), forecasts in zip(
        at, trainings, learnt, parts, made, strict=True
    ):
        forecasts[GLOBAL] = global_forecast
        _answer_plainly(forecasts, plain)
        actual = _actual(panel, origin, setting.horizon)
        replays.append(Replay(origin, forecasts, actual, _scale(training, frequency), plain, prepared))
    return replays


def _season(panel: Panel, setting: Setting, values: FloatArray, plain: Plain) -> FloatArray:
    return seasonal_factor(
        values, setting.groups, ~plain.is_plain, panel.first_period, setting.horizon, panel.frequency
    )


def _season_so_far(panel: Panel, setting: Setting, plain: Plain, values: FloatArray) -> FloatArray:
    return _season(panel, setting, values, plain)[:, : values.shape[1]]


def _learn(panel: Panel, setting: Setting, training: Training, season: FloatArray) -> FloatArray:
    return forecast_global(
        training, season, panel.known, setting.attributes, panel.first_period, panel.frequency, setting.seed
    )


def _answer_plainly(forecasts: Forecasts, plain: Plain) -> None:
    for name, forecast in forecasts.items():
        if name != "SeasonalNaive":
            forecast[plain.is_plain] = plain.value[plain.is_plain, None]
        forecast[np.isnan(forecast).any(axis=1) & plain.is_plain] = 0.0


def _actual(panel: Panel, origin: int, horizon: int) -> FloatArray:
    actual = np.full((panel.count, horizon), np.nan)
    known = min(horizon, panel.length - origin)
    if known > 0:
        part = slice(origin, origin + known)
        actual[:, :known] = np.where(panel.is_scored[:, part], panel.demand[:, part], np.nan)
    # A series that had not begun is not forecast, and so not scored.
    actual[panel.start >= origin] = np.nan
    return actual


def _scale(training: Training, frequency: Frequency) -> FloatArray:
    """Return the mean squared step of the history: a season apart where it has two, else one period apart."""
    values, season = training.raw, frequency.season
    observed = np.isfinite(values).sum(axis=1)
    steps = np.diff(values, axis=1) if values.shape[1] > 1 else np.zeros_like(values)
    short = np.nansum(steps**2, axis=1) / np.maximum(np.isfinite(steps).sum(axis=1), 1)
    if values.shape[1] < 2 * season:
        return short
    apart = values[:, season:] - values[:, :-season]
    long = np.nansum(apart**2, axis=1) / np.maximum(np.isfinite(apart).sum(axis=1), 1)
    return np.where(observed >= 2 * season, long, short)

"""The methods that compete, for all series and all origins.

Comes in: trainings (what is known at each origin). Goes out: `Forecasts` per origin: a matrix per method, NaN where it was
not tried. Called by `forecasting.demand.backtest`.
"""

from dataclasses import dataclass

import numpy as np

from forecasting.demand.frequency import Frequency
from forecasting.demand.panel import BoolArray, FloatArray
from forecasting.demand.smoothing import BENCHMARK, recent_mean, seasonal_naive, smoothed_level, theta, weekday_mean
from forecasting.demand.statistical import Job, make_job, run_jobs

INTERMITTENT_SHARE = 0.2
GLOBAL = "LightGBM"

Forecasts = dict[str, FloatArray]


@dataclass(frozen=True)
class Training:
    """What is known at an origin: demand as it was, prepared for models, and the factor of season and drivers."""

    raw: FloatArray
    values: FloatArray
    factor: FloatArray
    horizon: int
    is_modelled: BoolArray


def forecast_all(trainings: list[Training], frequency: Frequency, is_slow: BoolArray, threads: int) -> list[Forecasts]:
    """Return for each training the forecasts of each method; `is_slow` are the series that slow models are fitted to."""
    results = [_fast(training, frequency) for training in trainings]
    jobs: list[Job] = []
    places = []
    for origin, training in enumerate(trainings):
        for name, model, season, rows, is_flat in _plan(training, frequency, is_slow):
            if len(rows):
                jobs.append(make_job(model, season, training.horizon, _histories(training, rows, frequency, is_flat)))
                places.append((origin, name, rows, is_flat))
    for (origin, name, rows, is_flat), made in zip(places, run_jobs(jobs, threads), strict=True):
        training = trainings[origin]
        length = training.values.shape[1]
        whole = results[origin].setdefault(name, np.full((len(training.raw), training.horizon), np.nan))
        whole[rows] = made * training.factor[rows, length:] if is_flat else made
    return results


def _fast(training: Training, frequency: Frequency) -> Forecasts:
    values, horizon = training.values, training.horizon
    length = values.shape[1]
    factor = training.factor
    flat = np.where(np.isfinite(values), values / factor[:, :length], np.nan)[:, -frequency.fitted :]
    ahead = factor[:, length:]
    level = smoothed_level(flat)
    ones = np.ones((1, horizon))
    made = {
        BENCHMARK: seasonal_naive(np.maximum(training.raw, 0.0), horizon, frequency),
        "RecentMean": recent_mean(values, frequency.recent)[:, None] * ones,
        "LongMean": recent_mean(values, frequency.long)[:, None] * ones,
        "SeasonalLevel": level[:, None] * ahead,
        "SeasonalTheta": theta(flat, level, horizon) * ahead,
        "SeasonalMean": recent_mean(flat, frequency.long)[:, None] * ahead,
    }
    if frequency.code == "D" and length >= frequency.season:
        made["WeekdayMean"] = weekday_mean(values, horizon, frequency.season, 8)
    for name, forecast in made.items():
        if name != BENCHMARK:
            forecast[~training.is_modelled] = np.nan
    return made


def _plan(training: Training, frequency: Frequency, is_slow: BoolArray) -> list[tuple[str, str, int, np.ndarray, bool]]:
    """Return (name, model, season, rows, whether the history is divided by its factor) of each job."""
    values = training.values
    observed = np.isfinite(values).sum(axis=1)
    rare = (np.nan_to_num(values) <= 0).sum(axis=1) - (values.shape[1] - observed)
    is_intermittent = training.is_modelled & (rare >= INTERMITTENT_SHARE * np.maximum(observed, 1))
    slow = training.is_modelled & is_slow
    is_long = observed >= 2 * frequency.season
    season = frequency.season
    ets = season if frequency.code != "W" else 1
    has_factor = (np.abs(training.factor - 1) > 1e-9).any(axis=1)
    rows = np.flatnonzero
    plan = [
        ("AutoETS", "AutoETS", ets, rows(slow & (is_long | (ets == 1))), False),
        ("AutoETS", "AutoETS", 1, rows(slow & ~is_long & (ets > 1)), False),
        ("DynamicOptimizedTheta", "DynamicOptimizedTheta", season, rows(slow & is_long), False),
        ("DynamicOptimizedTheta", "DynamicOptimizedTheta", 1, rows(slow & ~is_long), False),
        ("MSTL", "MSTL", season, rows(slow & is_long), False),
        ("SeasonalETS", "AutoETS", 1, rows(slow & has_factor), True),
    ]
    rare_only = {
        "CrostonSBA": is_intermittent,
        "TSB": is_intermittent,
        "ADIDA": is_intermittent,
        "IMAPA": is_intermittent & slow,
    }
    return plan + [(name, name, 1, rows(chosen), False) for name, chosen in rare_only.items()]


def _histories(training: Training, rows: np.ndarray, frequency: Frequency, is_flat: bool) -> list[FloatArray]:
    values = training.values[rows, -frequency.fitted :]
    if is_flat:
        length = training.values.shape[1]
        values = values / training.factor[rows, :length][:, -frequency.fitted :]
    return [row[np.isfinite(row)] for row in values]

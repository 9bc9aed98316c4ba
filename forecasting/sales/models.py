"""The models that compete for a series, and the benchmark that they have to beat.

Comes in: a history of weekly quantities. Goes out: point forecasts. Called by backtest and forecast; statsforecast is
imported at the first forecast, since its import alone takes one to two seconds.
"""

from importlib.metadata import version

import numpy as np

from forecasting.sales.history import FloatArray

BENCHMARK = "SeasonalNaive"
WEEKS_OF_A_YEAR = 52
# A younger series is repeated from the launch quarter, which says nothing about the year after: last week's value does.
SHORTEST_REPEATED_HISTORY = WEEKS_OF_A_YEAR + 13
RECENT_WEEKS = 8
# A seasonal pattern is estimated from two whole years at least.
SHORTEST_SEASONAL_HISTORY = 2 * WEEKS_OF_A_YEAR
SHORTEST_TRENDED_HISTORY = 10
# From this share of weeks without sales on, demand is intermittent: level and trend models chase zeros.
INTERMITTENT_SHARE = 0.3


def model_version() -> str:
    """Return what made the forecast: the library's version and that of the rules around it."""
    return f"statsforecast {version('statsforecast')}, rules 1"


def is_intermittent(history: FloatArray) -> bool:
    """Return whether so many weeks are without sales that models for intermittent demand are compared."""
    return bool(np.mean(history <= 0) >= INTERMITTENT_SHARE)


def candidates(history: FloatArray, shortest_training: int) -> list[str]:
    """Return the models to compare, the benchmark first; each can be fitted to the shortest training history."""
    names = [BENCHMARK, "RecentMean"]
    if is_intermittent(history):
        names += ["CrostonOptimized", "TSB", "IMAPA"]
    elif shortest_training >= SHORTEST_TRENDED_HISTORY:
        names += ["AutoETS", "AutoTheta"]
    if shortest_training >= SHORTEST_SEASONAL_HISTORY:
        names += ["MSTL"]
    return names


def predict(model: str, history: FloatArray, horizon: int) -> FloatArray:
    """Return the next `horizon` weeks by `model`, never negative. A history that never moves stays where it is."""
    if model == BENCHMARK:
        forecast = seasonal_naive(history, horizon)
    elif model == "RecentMean":
        forecast = np.full(horizon, history[-RECENT_WEEKS:].mean())
    elif np.ptp(history) == 0:
        forecast = np.full(horizon, history[-1])
    else:
        forecast = _statsforecast(model, history, horizon)
    return np.maximum(forecast, 0.0)


def seasonal_naive(history: FloatArray, horizon: int) -> FloatArray:
    """Return for each week the value 52 weeks before, or the last value where the history is too short for that."""
    if len(history) < SHORTEST_REPEATED_HISTORY:
        return np.full(horizon, history[-1])
    return np.resize(history[-WEEKS_OF_A_YEAR:], horizon)


def _statsforecast(model: str, history: FloatArray, horizon: int) -> FloatArray:
    from statsforecast import models

    # ETS cannot hold a season of 52; it is fitted without one, and competes with the two models that can.
    builders = {
        "AutoETS": lambda: models.AutoETS(model="ZZN"),
        "AutoTheta": lambda: models.AutoTheta(season_length=WEEKS_OF_A_YEAR),
        "MSTL": lambda: models.MSTL(season_length=WEEKS_OF_A_YEAR, trend_forecaster=models.AutoETS(model="ZZN")),
        "CrostonOptimized": models.CrostonOptimized,
        "TSB": lambda: models.TSB(alpha_d=0.1, alpha_p=0.1),
        "IMAPA": models.IMAPA,
    }
    return np.asarray(builders[model]().forecast(y=history, h=horizon)["mean"], dtype=np.float64)

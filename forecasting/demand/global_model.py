"""One LightGBM for all series, which learns from known features, attributes and what related series do.

Comes in: a training and the known features. Goes out: one row of coming periods per series. Called by
`forecasting.demand.backtest`, once per origin. Each series is divided by its own level and by its season first, so that large
and small ones teach each other (Montero-Manso and Hyndman 2021); the loss is Tweedie's, whose mean is right for demand with
many zeros (Jorgensen; used by the winners of M5).
"""

import numpy as np
import pandas as pd

from forecasting.demand.candidates import Training
from forecasting.demand.frequency import Frequency
from forecasting.demand.panel import FloatArray, IntArray
from forecasting.demand.season import phases, weeks_of_year

MOST_ROWS = 400_000
FEWEST_ROWS = 200
TREES = 150
LAGS = {"D": [1, 2, 3, 7, 14, 28], "W": [1, 2, 3, 4, 8, 52], "M": [1, 2, 3, 6, 12]}
MEANS = {"D": [7, 28, 91], "W": [4, 13, 52], "M": [3, 12]}


def forecast_global(
    training: Training,
    season: FloatArray,
    known: dict[str, FloatArray],
    attributes: dict[str, IntArray],
    first_period: int,
    frequency: Frequency,
    seed: int,
) -> FloatArray:
    """Return the forecasts, NaN for series that are not modelled, all NaN where there is too little to learn from."""
    result = np.full((len(training.raw), training.horizon), np.nan)
    rows = np.flatnonzero(training.is_modelled)
    length, horizon = training.values.shape[1], training.horizon
    if not len(rows):
        return result
    kept = _kept(len(rows), length, frequency)
    values = training.values[rows, length - kept :]
    observed = np.isfinite(values)
    if observed.sum() < FEWEST_ROWS:
        return result
    window = values[:, -frequency.year :]
    scale = np.nansum(window, axis=1) / np.maximum(np.isfinite(window).sum(axis=1), 1)
    scale = np.maximum(scale, 0.05 * np.nansum(values, axis=1) / np.maximum(observed.sum(axis=1), 1) + 1e-9)
    whole_season = season[rows, length - kept :]
    table = _frame(rows, kept + horizon, length - kept, first_period, frequency, whole_season, known)
    is_past = table["ds"].to_numpy() < kept
    static = {"log_scale": np.log1p(scale)} | {name: codes[rows] for name, codes in attributes.items()}
    for name, codes in static.items():
        table[name] = np.repeat(codes, kept + horizon)
    past = table[is_past].copy()
    past["y"] = (values / (scale[:, None] * whole_season[:, :kept])).ravel()
    past = past[np.isfinite(past["y"])]
    ahead = table[~is_past].drop(columns=list(static))
    made = _fit_predict(past, ahead, list(static), horizon, frequency, seed)
    result[rows] = np.maximum(made.reshape(len(rows), horizon), 0.0) * scale[:, None] * whole_season[:, kept:]
    return result


def _kept(series: int, length: int, frequency: Frequency) -> int:
    """Return how many of the newest periods to learn from: three years, fewer where there are very many series."""
    return min(length, max(min(3 * frequency.year + 8, 1_200_000 // series), min(length, 2 * frequency.year)))


def _frame(
    rows: IntArray,
    count: int,
    skipped: int,
    first_period: int,
    frequency: Frequency,
    season: FloatArray,
    known: dict[str, FloatArray],
) -> pd.DataFrame:
    series = len(rows)
    first = first_period + skipped
    columns = {
        "unique_id": np.repeat(np.arange(series), count),
        "ds": np.tile(np.arange(count), series),
        "season": season.astype(np.float32).ravel(),
        "week_or_month": np.tile(
            weeks_of_year(first, count, frequency) if frequency.code == "D" else phases(first, count, frequency), series
        ),
    }
    if frequency.code == "D":
        columns["weekday"] = np.tile(phases(first, count, frequency), series)
    for name, feature in known.items():
        part = feature[rows, skipped : skipped + count]
        columns[f"known_{name}"] = part.astype(np.float32).ravel()
        if "price" in name.lower():
            usual = np.maximum(np.median(part, axis=1, keepdims=True), 1e-9)
            columns[f"relative_{name}"] = (part / usual).astype(np.float32).ravel()
    return pd.DataFrame(columns)


def _fit_predict(
    past: pd.DataFrame,
    ahead: pd.DataFrame,
    static: list[str],
    horizon: int,
    frequency: Frequency,
    seed: int,
) -> FloatArray:
    import lightgbm
    from mlforecast import MLForecast
    from mlforecast.lag_transforms import ExpandingMean, RollingMean

    longest = int(past.groupby("unique_id").size().max())
    lags = [lag for lag in LAGS[frequency.code] if lag < longest // 2]
    means = [RollingMean(window, min_samples=1) for window in MEANS[frequency.code] if window < longest]
    model = lightgbm.LGBMRegressor(
        objective="tweedie",
        tweedie_variance_power=1.2,
        n_estimators=TREES,
        learning_rate=0.05,
        num_leaves=15 if len(past) < 20_000 else 31,
        min_child_samples=20 if len(past) < 20_000 else 60,
        max_bin=127,
        subsample=min(0.8, MOST_ROWS / len(past)),
        subsample_freq=1,
        colsample_bytree=0.8,
        reg_lambda=1.0,
        random_state=seed,
        deterministic=True,
        force_row_wise=True,
        # One thread: on a machine that is busy, threads that wait for each other take many times as long.
        n_jobs=1,
        verbosity=-1,
    )
    learner = MLForecast(
        models={"made": model},
        freq=1,
        lags=lags or [1],
        lag_transforms={1: [ExpandingMean(), *means]},
    )
    learner.fit(past, static_features=static, dropna=False)
    made = learner.predict(horizon, X_df=ahead)
    forecast: FloatArray = made.sort_values(["unique_id", "ds"])["made"].to_numpy()
    return forecast

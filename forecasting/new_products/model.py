"""One model for all products and ages: how far a product departs from what its category sold at that age.

Comes in: known and asked products. Goes out: the median forecast of each period. Called by forecast and backtest.

Gradient boosting (LightGBM: Ke et al. 2017, NeurIPS) learns the ratio of sales to the category's recent mean under absolute error, each
period weighted by that mean: the sum of absolute errors is what WAPE counts. Nothing is assumed about which attribute matters.
"""

from typing import Any

import numpy as np

from forecasting.new_products.analogues import Encodings, encode
from forecasting.new_products.launches import FloatArray, IntArray, Launches

DAYS_OF_A_YEAR = 365.25
HALF_LIFE_DAYS = 730.0
# So few known periods say nothing that the mean of the analogues does not say.
FEWEST_PERIODS = 200
PARAMETERS: dict[str, Any] = {
    "objective": "l1",
    "n_estimators": 150,
    "learning_rate": 0.04,
    "num_leaves": 15,
    "min_child_samples": 100,
    "subsample": 0.8,
    "subsample_freq": 1,
    "colsample_bytree": 0.3,
    "cat_smooth": 50,
    "deterministic": True,
    "force_col_wise": True,
    "verbose": -1,
}


def fit_and_predict(known: Launches, asked: Launches, period_days: int, threads: int, seed: int) -> FloatArray:
    """Return product × period of `asked`, learnt from `known`, never negative."""
    encoded = encode(known, asked, period_days)
    own = encode(known, known, period_days)
    is_known = np.isfinite(known.sold)
    # The first launches have nothing before them.
    is_known &= (known.day > known.day.min() + 2 * period_days)[:, None] if len(known.ids) else False
    if is_known.sum() < FEWEST_PERIODS:
        return np.maximum(encoded.level, 0.0)
    from lightgbm import LGBMRegressor

    day = int(known.day.max())
    age = np.broadcast_to((day - known.day)[:, None], known.sold.shape)[is_known]
    model = LGBMRegressor(**PARAMETERS, n_jobs=threads, random_state=seed)
    model.fit(
        _features(known, own, _days_of(known, period_days), period_days)[is_known.ravel()],
        (known.sold / own.level)[is_known],
        sample_weight=own.level[is_known] * 0.5 ** (age / HALF_LIFE_DAYS),
        categorical_feature=list(range(len(known.categories))),
    )
    # What is asked for comes after all that was learnt from: the model answers at the level of the newest periods.
    today = np.full(asked.sold.size, day)
    ratio = np.asarray(model.predict(_features(asked, encoded, today, period_days))).reshape(asked.sold.shape)
    return np.asarray(np.maximum(ratio * encoded.level, 0.0))


def _days_of(products: Launches, period_days: int) -> IntArray:
    return (products.day[:, None] + np.arange(products.periods)[None, :] * period_days).ravel()


def _features(products: Launches, encoded: Encodings, days: IntArray, period_days: int) -> FloatArray:
    """Return (product × period) × feature; the codes of the attributes come first, the day that tells the level last."""
    periods = products.periods
    age = np.tile(np.arange(periods), len(products.ids))
    columns: list[FloatArray | IntArray] = [np.repeat(codes, periods) for codes in products.categories.values()]
    columns += [np.repeat(values, periods) for values in products.numbers.values()]
    launched = np.repeat(products.day, periods)
    season = 2 * np.pi * (launched + age * period_days) / DAYS_OF_A_YEAR
    columns += [
        age,
        launched % 7,
        np.asarray(launched % DAYS_OF_A_YEAR, dtype=np.float64),
        np.sin(season),
        np.cos(season),
    ]
    columns += [(mean / encoded.level).ravel() for mean in encoded.means]
    columns += [np.repeat(count, periods) for count in encoded.counts]
    columns += [encoded.level.ravel(), days]
    return np.column_stack(columns)

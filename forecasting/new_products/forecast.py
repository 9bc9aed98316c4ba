"""The forecast of planned products, with quantiles and the products they are like.

Comes in: tables of launched and planned products. Goes out: `NewProductForecast`. The public door of this folder.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from forecasting.new_products.analogues import most_alike
from forecasting.new_products.launches import FloatArray, Launches, read_launches
from forecasting.new_products.model import fit_and_predict

QUANTILES = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
QUANTILE_NAMES = ("q025", "q10", "q25", "q50", "q75", "q90", "q975")
# The newest launches are kept back to learn how far off such forecasts are.
KEPT_BACK = 0.25
FEWEST_KEPT_BACK = 20
ANALOGUES = 5
# How far off a forecast may be, where too few launches are known to measure it: from a launch that nobody wants to one that runs away.
UNMEASURED = np.array([0.05, 0.2, 0.5, 1.0, 1.6, 2.5, 4.0])


@dataclass(frozen=True)
class NewProductForecast:
    """`forecast`: unique_id, launched_on, period (0 for the first), mean, q025 … q975, reason; a row per planned product and period.

    `analogues`: unique_id, analogue_id, shared_attributes, rank: which launched products it is most like.
    """

    forecast: pl.DataFrame
    analogues: pl.DataFrame


def forecast_new_products(
    launched: pl.DataFrame,
    planned: pl.DataFrame,
    *,
    attributes: Sequence[str],
    periods: int = 12,
    period_days: int = 7,
    threads: int = 1,
    seed: int = 0,
) -> NewProductForecast:
    """Forecast what planned products will sell in each period since their launch.

    Args:
        launched: unique_id, launched_on, period, y and attributes; a row per product and period that is over.
        planned: unique_id, launched_on and attributes; a row per product.
        attributes: columns that both tables have, the most telling first (category); text or numbers.
        periods: how many periods since launch to forecast.
        period_days: days of a period.
        threads: cores to use.
        seed: the same seed gives the same forecast.

    Raises:
        LaunchError: a table cannot be used; the message names product, column and value.
    """
    known, asked = read_launches(launched, planned, attributes, periods)
    assert asked is not None
    middle = fit_and_predict(known, asked, period_days, threads, seed)
    ratios, mean_ratio, measured = spread_of_errors(known, period_days, threads, seed)
    bounds = middle[:, :, None] * ratios[None, None, :]
    reason = f"from {len(known.ids):,} launched products by {', '.join(attributes)}" + (
        "" if measured else "; too few launches to measure how far off it may be"
    )
    rows = pl.DataFrame(
        {
            "unique_id": np.repeat(asked.ids, periods),
            "launched_on": np.repeat(asked.day, periods),
            "period": np.tile(np.arange(periods), len(asked.ids)),
            "mean": (middle * mean_ratio).ravel(),
            **{name: bounds[:, :, place].ravel() for place, name in enumerate(QUANTILE_NAMES)},
        }
    ).with_columns(pl.col("launched_on").cast(pl.Int32).cast(pl.Date), pl.lit(reason).alias("reason"))
    alike = [
        (planned_id, analogue, shared, place + 1)
        for planned_id, found in zip(asked.ids, most_alike(known, asked, ANALOGUES), strict=True)
        for place, (analogue, shared) in enumerate(found)
    ]
    return NewProductForecast(
        rows,
        pl.DataFrame(
            alike,
            schema={"unique_id": pl.String, "analogue_id": pl.String, "shared_attributes": pl.Int64, "rank": pl.Int64},
            orient="row",
        ),
    )


def spread_of_errors(known: Launches, period_days: int, threads: int, seed: int) -> tuple[FloatArray, float, bool]:
    """Return quantiles of actual ÷ forecast around a median of 1, the mean of it, and whether they were measured.

    The newest quarter of the launches is forecast from the older ones and compared with what it really sold (split conformal prediction:
    Lei et al. 2018, Journal of the American Statistical Association).
    """
    kept_back = max(int(len(known.ids) * KEPT_BACK), FEWEST_KEPT_BACK)
    if len(known.ids) < 2 * kept_back:
        return UNMEASURED, 1.0, False
    newest = known.take(np.arange(len(known.ids) - kept_back, len(known.ids)))
    before = known.as_known_on(int(newest.day.min()), period_days)
    foretold = fit_and_predict(before, newest, period_days, threads, seed)
    is_known = np.isfinite(newest.sold) & (foretold > 0)
    if not is_known.any():
        return UNMEASURED, 1.0, False
    quantiles = np.quantile(newest.sold[is_known] / foretold[is_known], QUANTILES)
    # The model's own centre stays the median: only the width of the errors is taken over.
    centre = QUANTILES.index(0.5)
    quantiles[centre] = np.clip(1.0, quantiles[centre - 1], quantiles[centre + 1])
    return np.maximum(quantiles, 0.0), float(newest.sold[is_known].sum() / foretold[is_known].sum()), True

"""How well launches of the past would have been foretold, month by month, beside the mean of their category.

Comes in: a table of launched products. Goes out: `LaunchAccuracy`. Called by the benchmark and the sales forecast's accuracy.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from forecasting.new_products.forecast import QUANTILES, spread_of_errors
from forecasting.new_products.launches import FloatArray, Launches, read_launches
from forecasting.new_products.model import fit_and_predict

LOW, HIGH = QUANTILES.index(0.1), QUANTILES.index(0.9)


@dataclass(frozen=True)
class LaunchAccuracy:
    """WAPE over all products and periods of the forecast (its median) and of the category's mean; what the forecast's means add up to, as a
    share of what was sold (1 is unbiased); the share of periods inside the 80 % interval; and how many launches at how many origins."""

    wape: float
    category_mean_wape: float
    foretold_share: float
    coverage_80: float
    products: int
    origins: int


def backtest_launches(
    launched: pl.DataFrame,
    *,
    attributes: Sequence[str],
    periods: int = 12,
    period_days: int = 7,
    step_days: int = 30,
    first_share: float = 0.25,
    threads: int = 1,
    seed: int = 0,
) -> LaunchAccuracy | None:
    """Foretell each month's launches from what was known before it, and compare with what they sold.

    Args:
        launched: as for `forecast_new_products`; the first attribute is the category of the benchmark.
        step_days: how many days of launches are foretold from one origin.
        first_share: the first launches are only learnt from.

    Returns:
        None when there are too few launches.
    """
    products, _ = read_launches(launched, None, attributes, periods)
    if not products.categories or len(products.ids) < 10:
        return None
    first = int(products.day[int(len(products.ids) * first_share)])
    origins = range(first, int(products.day.max()) + 1, step_days)
    totals = np.zeros(6)
    count = used = 0
    for origin in origins:
        asked = products.take(np.flatnonzero((products.day >= origin) & (products.day < origin + step_days)))
        known = products.as_known_on(origin, period_days)
        if not len(asked.ids) or not np.isfinite(known.sold).any():
            continue
        foretold = fit_and_predict(known, asked, period_days, threads, seed)
        ratios, mean_ratio, _ = spread_of_errors(known, period_days, threads, seed)
        is_over = np.isfinite(asked.sold)
        actual = asked.sold[is_over]
        totals += (
            np.abs(actual).sum(),
            np.abs(actual - foretold[is_over]).sum(),
            np.abs(actual - category_mean(known, asked)[is_over]).sum(),
            foretold[is_over].sum() * mean_ratio,
            ((actual >= foretold[is_over] * ratios[LOW]) & (actual <= foretold[is_over] * ratios[HIGH])).sum(),
            len(actual),
        )
        count += len(asked.ids)
        used += 1
    if totals[0] <= 0:
        return None
    return LaunchAccuracy(
        wape=float(totals[1] / totals[0]),
        category_mean_wape=float(totals[2] / totals[0]),
        foretold_share=float(totals[3] / totals[0]),
        coverage_80=float(totals[4] / totals[5]),
        products=count,
        origins=used,
    )


def category_mean(known: Launches, asked: Launches) -> FloatArray:
    """Return the benchmark: what all known products of the category sold on average at that age, or all products where it is new."""
    codes = next(iter(known.categories.values()))
    asked_codes = next(iter(asked.categories.values()))
    size = int(max(codes.max(initial=0), asked_codes.max(initial=0))) + 1
    is_known = np.isfinite(known.sold)
    sums, counts = np.zeros((size, known.periods)), np.zeros((size, known.periods))
    np.add.at(sums, codes, np.where(is_known, known.sold, 0.0))
    np.add.at(counts, codes, is_known.astype(float))
    everybody = sums.sum(axis=0) / np.maximum(counts.sum(axis=0), 1.0)
    mean = np.where(counts > 0, sums / np.maximum(counts, 1.0), everybody[None, :])
    return np.asarray(mean[asked_codes])

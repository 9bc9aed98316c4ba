"""The forecast of one series: a model chosen by backtest, or a plain answer where no model makes sense.

Comes in: weekly quantities. Goes out: `SeriesForecast` with intervals, benchmark, replays and the reason in words.
Called by `forecasting.sales.run` for every series.
"""

from dataclasses import dataclass, field

import numpy as np

from forecasting.sales.backtest import Backtest, backtest, choose, fit_and_predict
from forecasting.sales.history import FloatArray
from forecasting.sales.intervals import bounds, half_widths, scatter_width
from forecasting.sales.models import (
    BENCHMARK,
    SHORTEST_REPEATED_HISTORY,
    WEEKS_OF_A_YEAR,
    is_intermittent,
    seasonal_naive,
)
from forecasting.sales.preparation import Prepared, prepare

SHORTEST_MODELLED_HISTORY = 8


@dataclass(frozen=True)
class ReplayedWeek:
    """One week of the backtest; `origin` weeks were known when it was forecast."""

    origin: int
    week: int
    forecast: float
    lower: float
    upper: float
    benchmark: float
    actual: float


@dataclass(frozen=True)
class SeriesForecast:
    """The coming weeks of one series. `replayed` weeks are numbered from the start of the history."""

    model: str
    reason: str
    forecast: FloatArray
    lower: FloatArray
    upper: FloatArray
    benchmark: FloatArray
    wape: float | None = None
    benchmark_wape: float | None = None
    replayed: list[ReplayedWeek] = field(default_factory=list)


def forecast_series(quantities: FloatArray, horizon: int, started_with: float | None = None) -> SeriesForecast:
    """Forecast the `horizon` weeks after `quantities`, one number per week without holes.

    `started_with` is what was sold in the running week of a series that has no complete week yet.
    """
    if len(quantities) == 0:
        known = np.array([max(started_with or 0.0, 0.0)])
        return _plain(known, horizon, "no complete week of sales yet: what was sold in the running week so far")
    if not (quantities > 0).any():
        return _unmoved("Zero", quantities, horizon, f"no sales in any of {len(quantities)} weeks")
    if not (quantities[-WEEKS_OF_A_YEAR:] > 0).any():
        return _unmoved("Zero", quantities, horizon, "no sales for a year: taken as no longer sold")
    if len(quantities) < SHORTEST_MODELLED_HISTORY:
        weeks = f"{len(quantities)} week" + ("s" if len(quantities) > 1 else "")
        return _plain(quantities, horizon, f"only {weeks} of sales, too few for a model: their mean")
    if np.ptp(quantities) == 0:
        return _unmoved("Constant", quantities, horizon, f"the same quantity in all of {len(quantities)} weeks")
    return _modelled(quantities, horizon)


def _modelled(quantities: FloatArray, horizon: int) -> SeriesForecast:
    results = backtest(quantities, horizon)
    plain_benchmark, chosen = results[0], choose(results)
    prepared = prepare(quantities)
    forecast, reach = fit_and_predict(chosen.model, prepared, horizon)
    if not np.isfinite(forecast).all():
        chosen = plain_benchmark
        forecast, reach = fit_and_predict(chosen.model, prepared, horizon)
    lower, upper = bounds(forecast, half_widths(chosen.folds, horizon), reach)
    return SeriesForecast(
        model=chosen.model,
        reason=_explain(quantities, prepared, chosen, plain_benchmark),
        forecast=forecast,
        lower=lower,
        upper=upper,
        benchmark=np.maximum(seasonal_naive(quantities, horizon), 0.0),
        wape=chosen.wape,
        benchmark_wape=plain_benchmark.wape,
        replayed=_replayed_weeks(chosen, plain_benchmark),
    )


def _replayed_weeks(chosen: Backtest, plain_benchmark: Backtest) -> list[ReplayedWeek]:
    weeks = []
    for number, (fold, plain) in enumerate(zip(chosen.folds, plain_benchmark.folds, strict=True)):
        # A replayed interval is drawn from the other replays' errors, so that its hits are a fair count.
        others = [other for index, other in enumerate(chosen.folds) if index != number] or [fold]
        lower, upper = bounds(fold.forecast, half_widths(others, len(fold.forecast)), fold.reach)
        for step in range(len(fold.forecast)):
            weeks.append(
                ReplayedWeek(
                    origin=fold.origin,
                    week=fold.origin + step,
                    forecast=float(fold.forecast[step]),
                    lower=float(lower[step]),
                    upper=float(upper[step]),
                    benchmark=float(plain.forecast[step]),
                    actual=float(fold.actual[step]),
                )
            )
    return weeks


def _explain(quantities: FloatArray, prepared: Prepared, chosen: Backtest, plain_benchmark: Backtest) -> str:
    compared = f"seasonal naive {_percent(plain_benchmark.wape)}"
    if chosen.model == BENCHMARK:
        parts = [f"no model beat seasonal naive in the backtest (error {_percent(chosen.wape)}): it is the forecast"]
    else:
        parts = [f"smallest error in the backtest ({_percent(chosen.wape)}; {compared})"]
    if len(quantities) < SHORTEST_REPEATED_HISTORY:
        parts.append("too young for a season: seasonal naive repeats the last week")
    if is_intermittent(quantities):
        empty = int((quantities <= 0).sum())
        parts.append(f"{empty} of {len(quantities)} weeks without sales: the forecast is a mean rate")
    if prepared.capped_weeks:
        parts.append(f"{prepared.capped_weeks} single week(s) far above all others capped")
    if prepared.change is not None:
        age, ratio = prepared.change.age, prepared.change.ratio
        if ratio == 0:
            parts.append(
                f"no sales in the last {age} weeks after steady sales: taken as stopped, "
                "the upper bound is the level before; check for a stock-out or a missing export"
            )
        else:
            parts.append(
                f"the last {age} weeks are {abs(ratio - 1):.0%} {'below' if ratio < 1 else 'above'} the level before: "
                "forecast at the new level, the interval reaches back to the old one"
            )
    return "; ".join(parts)


def _percent(wape: float | None) -> str:
    return "not measurable" if wape is None else f"{wape:.1%}"


def _plain(quantities: FloatArray, horizon: int, reason: str) -> SeriesForecast:
    forecast = np.full(horizon, max(float(quantities.mean()), 0.0))
    lower, upper = bounds(forecast, np.full(horizon, scatter_width(quantities)), None)
    benchmark = np.maximum(seasonal_naive(quantities, horizon), 0.0)
    return SeriesForecast("Mean", reason, forecast, lower, upper, benchmark)


def _unmoved(model: str, quantities: FloatArray, horizon: int, reason: str) -> SeriesForecast:
    value = np.full(horizon, max(float(quantities[-1]), 0.0))
    return SeriesForecast(model, reason, value, value, value, value)

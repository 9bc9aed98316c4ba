"""How far off the replays were: by level, segment, method and distance.

Comes in: replayed forecasts, quantiles and actual demand. Goes out: a table of measures. Called by `forecasting.demand.api`.

WAPE and bias are shares of demand; MASE and RMSSE are means over series of errors relative to the mean step of their history; the
tracking signal is the sum of errors in mean absolute errors, a mean over series; pinball is the mean quantile loss as a share of
mean demand. Where demand is not known (out of stock) nothing is scored.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from forecasting.demand.intervals import LEVELS, PAIRS
from forecasting.demand.panel import FloatArray

BUCKETS = {"D": (7, 14, 28), "W": (4, 13, 26), "M": (3, 6, 12)}
ALL = "all"
COVERAGES = ("coverage_95", "coverage_80", "coverage_50")


@dataclass(frozen=True)
class Scored:
    """One method over all nodes: forecasts by (node, origin, step); quantiles for the champion only."""

    model: str
    forecasts: FloatArray
    quantiles: FloatArray | None = None
    is_champion: bool = False
    is_benchmark: bool = False


def accuracy_table(
    scored: list[Scored],
    actual: FloatArray,
    scale: FloatArray,
    levels: npt.NDArray[np.str_],
    segments: npt.NDArray[np.str_],
    code: str,
) -> pl.DataFrame:
    """Return the measures; segment and horizon `all` sum up."""
    rows = []
    buckets = _buckets(actual.shape[2], code)
    for level in dict.fromkeys(levels.tolist()):
        of_level = levels == level
        groups = [(ALL, of_level)] + [
            (str(name), of_level & (segments == name)) for name in np.unique(segments[of_level])
        ]
        for segment, members in groups:
            for label, steps in buckets if segment == ALL else buckets[:1]:
                demanded = actual[members][:, :, steps]
                if not np.isfinite(demanded).any():
                    continue
                for method in scored:
                    made = method.forecasts[members][:, :, steps]
                    bands = None if method.quantiles is None else method.quantiles[members][:, :, steps]
                    names = {"level": level, "segment": segment, "model": method.model, "horizon": label}
                    flags = {"is_champion": method.is_champion, "is_benchmark": method.is_benchmark}
                    rows.append(names | _measures(made, demanded, scale[members], bands) | flags)
    return pl.DataFrame(rows, schema=SCHEMA)


SCHEMA = {
    "level": pl.String,
    "segment": pl.String,
    "model": pl.String,
    "horizon": pl.String,
    "series": pl.Int64,
    "wape": pl.Float64,
    "mase": pl.Float64,
    "rmsse": pl.Float64,
    "bias": pl.Float64,
    "tracking_signal": pl.Float64,
    "coverage_50": pl.Float64,
    "coverage_80": pl.Float64,
    "coverage_95": pl.Float64,
    "pinball": pl.Float64,
    "is_champion": pl.Boolean,
    "is_benchmark": pl.Boolean,
}


def _buckets(steps: int, code: str) -> list[tuple[str, slice]]:
    edges = [0, *[edge for edge in BUCKETS[code] if edge < steps], steps]
    parts = [(f"{low + 1}-{high}", slice(low, high)) for low, high in pairwise(edges)]
    return [(ALL, slice(0, steps)), *parts] if len(parts) > 1 else [(ALL, slice(0, steps))]


def _measures(
    made: FloatArray, demanded: FloatArray, scale: FloatArray, bands: FloatArray | None
) -> dict[str, float | int | None]:
    known = np.isfinite(demanded)
    came = np.nan_to_num(demanded)
    miss = np.where(known, made - came, 0.0)
    total = float(came.sum())
    count = known.sum(axis=(1, 2))
    seen = count > 0
    # The mean step is told by the squares: for a mean absolute step the normal ratio of the two is taken.
    step = np.sqrt(np.maximum(scale, 1e-12))[:, :, None]
    usable = seen & (scale.min(axis=1) > 1e-12)
    mase = (np.abs(miss) / (0.798 * step)).sum(axis=(1, 2))[usable] / count[usable]
    rmsse = np.sqrt((miss**2 / step**2).sum(axis=(1, 2))[usable] / count[usable])
    absolute = np.abs(miss).sum(axis=(1, 2))
    off = seen & (absolute > 0)
    signal = miss.sum(axis=(1, 2))[off] / (absolute[off] / count[off])
    result: dict[str, float | int | None] = {
        "series": int(seen.sum()),
        "wape": float(absolute.sum()) / total if total > 0 else None,
        "mase": float(mase.mean()) if len(mase) else None,
        "rmsse": float(rmsse.mean()) if len(rmsse) else None,
        "bias": float(miss.sum()) / total if total > 0 else None,
        "tracking_signal": float(signal.mean()) if len(signal) else None,
    }
    if bands is None:
        return result
    for name, (lower, upper) in zip(COVERAGES, PAIRS, strict=True):
        inside = (came >= bands[..., lower] - 1e-9) & (came <= bands[..., upper] + 1e-9)
        result[name] = float(inside[known].mean())
    if total > 0:
        gap = came[..., None] - bands
        loss = np.maximum(np.array(LEVELS) * gap, (np.array(LEVELS) - 1) * gap)
        result["pinball"] = float(loss[known].mean()) / (total / known.sum())
    return result

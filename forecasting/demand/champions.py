"""Which method serves which segment: single methods and combinations of them, judged by the replays.

Comes in: replays and segments. Goes out: `Champion` per segment, and what it says at any origin. Called by
`forecasting.demand.api`. Combinations are preferred, since they win on data not seen yet (Bates and Granger 1969; the M4 and M5
competitions); what a segment shows is shrunk towards what all show, so that few series cannot choose by luck.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

from forecasting.demand.backtest import Replay
from forecasting.demand.panel import FloatArray
from forecasting.demand.smoothing import BENCHMARK

SHRINK_SERIES = 8.0
DOUBTS = 1.5
WITHIN = 1.25
MOST_CELLS = 40_000
FEW_SERIES = 5


@dataclass(frozen=True)
class Champion:
    """`weights` of base methods; a median of them where `is_median`. Scores are relative to the benchmark's 1."""

    segment: str
    model: str
    weights: dict[str, float]
    is_median: bool
    score: float
    best_single: str
    best_single_score: float
    series: int
    reason: str


@dataclass(frozen=True)
class Errors:
    """Per method and series: root mean squared scaled error, absolute error, and what was demanded."""

    rmsse: FloatArray
    absolute: FloatArray
    demand: FloatArray


def stack(replays: list[Replay], names: list[str]) -> FloatArray:
    """Return forecasts by method, series, origin and step; holes are the median of the other methods."""
    whole = np.stack([np.stack([replay.forecasts[name] for replay in replays], axis=1) for name in names])
    holes: npt.NDArray[np.bool_] = np.isnan(whole)
    if holes.any():
        with np.errstate(all="ignore"):
            empty = np.all(holes, axis=0, keepdims=True)
            middle = np.nanmedian(np.where(empty, 0.0, whole), axis=0)
        whole = np.where(holes, middle[None], whole)
    return whole


def method_names(replays: list[Replay]) -> list[str]:
    """Return the methods of all origins, the benchmark first."""
    names = [name for name in replays[0].forecasts if all(name in replay.forecasts for replay in replays)]
    return [BENCHMARK, *[name for name in names if name != BENCHMARK]]


def choose_champions(
    replays: list[Replay], segment_of: npt.NDArray[np.str_], tried: dict[str, FloatArray]
) -> list[Champion]:
    """Return the champion of each segment; `tried` says for which share of its origins a series had each method."""
    names = method_names(replays)
    forecasts = stack(replays, names)
    actual = np.stack([replay.actual for replay in replays], axis=1)
    scale = np.stack([replay.scale for replay in replays], axis=1)
    champions = []
    kinds = np.array([segment.split(",")[0] for segment in segment_of])
    overall = {kind: _weigh(forecasts, actual, scale, kinds == kind) for kind in np.unique(kinds)}
    everywhere = {kind: _scores(_errors(forecasts, actual, scale, kinds == kind)) for kind in np.unique(kinds)}
    for segment in np.unique(segment_of):
        members = segment_of == segment
        kind = str(segment).split(",")[0]
        present = [place for place, name in enumerate(names) if tried[name][members].mean() > 0.6 or name == BENCHMARK]
        champions.append(
            _champion(str(segment), members, names, present, forecasts, actual, scale, everywhere[kind], overall[kind])
        )
    return champions


def say(champion: Champion, forecasts: FloatArray, names: list[str]) -> FloatArray:
    """Return what a champion says, from forecasts by method (first axis)."""
    used = [names.index(name) for name in champion.weights]
    if champion.is_median:
        return np.asarray(np.median(forecasts[used], axis=0))
    weights = np.array([champion.weights[names[place]] for place in used])
    return np.asarray(np.tensordot(weights, forecasts[used], axes=1))


def _champion(
    segment: str,
    members: npt.NDArray[np.bool_],
    names: list[str],
    present: list[int],
    forecasts: FloatArray,
    actual: FloatArray,
    scale: FloatArray,
    everywhere: FloatArray,
    overall: FloatArray,
) -> Champion:
    of_segment, demanded, scales = forecasts[:, members], actual[members], scale[members]
    count = int(np.isfinite(demanded).any(axis=(1, 2)).sum())
    lean = SHRINK_SERIES / (SHRINK_SERIES + count)
    all_members = np.ones(of_segment.shape[1], dtype=bool)
    own = _scores(_errors(of_segment, demanded, scales, all_members))
    score = (1 - lean) * own + lean * everywhere
    score = np.where(np.isin(np.arange(len(names)), present), score, np.inf)
    order = [int(place) for place in np.argsort(score, kind="stable")]
    singles = [place for place in order if np.isfinite(score[place])]
    best = singles[0]
    good = [place for place in singles if score[place] <= WITHIN * score[best] and place != 0] or [best]
    options: list[tuple[str, dict[int, float], bool]] = [(names[place], {place: 1.0}, False) for place in singles]
    if len(good) > 1:
        options.append(("Median", dict.fromkeys(good, 1 / len(good)), True))
        options.append(("MeanOfBest", dict.fromkeys(good[:4], 1 / len(good[:4])), False))
        inverse = np.array([score[place] ** -4.0 for place in good])
        options.append(("Weighted", dict(zip(good, inverse / inverse.sum(), strict=True)), False))
        weights = (1 - lean) * _weigh(of_segment, demanded, scales, all_members) + lean * overall
        kept = {place: float(weights[place]) for place in present if weights[place] > 0.02}
        if kept:
            total = sum(kept.values())
            options.append(("Stack", {place: weight / total for place, weight in kept.items()}, False))
    # The median of the good methods is used unless another option is better by more than chance would make it.
    steady = next((place for place, option in enumerate(options) if option[2]), 0)
    parts, judged = [], []
    for _, weights_of, is_median in options:
        said = _combine(of_segment, weights_of, is_median)
        part = _parts(_errors(np.stack([of_segment[0], said]), demanded, scales, all_members))[1]
        at_large = np.mean([everywhere[place] for place in weights_of]) / max(
            np.mean([own[place] for place in weights_of]), 1e-9
        )
        parts.append(part)
        judged.append(float(part.mean() * ((1 - lean) + lean * at_large)))
    doubt = [_standard_error(part - parts[steady]) for part in parts]
    chosen = int(np.argmin([mean + DOUBTS * unsure for mean, unsure in zip(judged, doubt, strict=True)]))
    if judged[chosen] >= 1.0:
        chosen = next(place for place, option in enumerate(options) if option[0] == BENCHMARK)
    name, weights_of, is_median = options[chosen]
    reason = f"error {judged[chosen]:.3f} of seasonal naive's over {count} series; best single method {names[best]} {score[best]:.3f}"
    if name == BENCHMARK:
        reason = "no method beat seasonal naive in the backtest: it is the forecast"
    return Champion(
        segment=segment,
        model=name,
        weights={names[place]: float(weight) for place, weight in weights_of.items()},
        is_median=is_median,
        score=float(judged[chosen]),
        best_single=names[best],
        best_single_score=float(score[best]),
        series=int(members.sum()),
        reason=reason,
    )


def _combine(forecasts: FloatArray, weights: dict[int, float], is_median: bool) -> FloatArray:
    used = list(weights)
    if is_median:
        return np.asarray(np.median(forecasts[used], axis=0))
    return np.asarray(np.tensordot(np.array(list(weights.values())), forecasts[used], axes=1))


def _errors(forecasts: FloatArray, actual: FloatArray, scale: FloatArray, members: npt.NDArray[np.bool_]) -> Errors:
    demanded, divisor = actual[members], np.maximum(scale[members], 1e-9)
    known = np.isfinite(demanded)
    count = np.maximum(known.sum(axis=(1, 2)), 1)
    rmsse, absolute = [], []
    for made in forecasts[:, members]:
        miss = np.where(known, made - np.nan_to_num(demanded), 0.0)
        rmsse.append(np.sqrt((miss**2 / divisor[:, :, None]).sum(axis=(1, 2)) / count))
        absolute.append(np.abs(miss).sum(axis=(1, 2)))
    return Errors(np.array(rmsse), np.array(absolute), np.nansum(demanded, axis=(1, 2)))


def _standard_error(differences: FloatArray) -> float:
    """Return the standard error of a mean difference; of few series, the largest difference."""
    if not differences.any():
        return 0.0
    if len(differences) < FEW_SERIES:
        return float(np.abs(differences).max())
    return float(differences.std() / np.sqrt(len(differences)))


def _scores(errors: Errors) -> FloatArray:
    """Return for each method the mean of its RMSSE and its WAPE, both as shares of the benchmark's (the first method)."""
    return np.asarray(_parts(errors).mean(axis=1))


def _parts(errors: Errors) -> FloatArray:
    """Return what each series adds to the score of each method: its score is their mean."""
    # Series with a tiny scale (hardly ever sold) would decide the mean alone.
    capped = np.minimum(errors.rmsse, 10.0)
    squared, total = capped[0].mean(), errors.absolute[0].mean()
    by_square = capped / squared if squared > 0 else np.ones_like(capped)
    by_total = errors.absolute / total if total > 0 else np.ones_like(capped)
    return np.asarray(0.5 * by_square + 0.5 * by_total)


def _weigh(forecasts: FloatArray, actual: FloatArray, scale: FloatArray, members: npt.NDArray[np.bool_]) -> FloatArray:
    """Return weights that sum to one and make scaled squared errors small, pulled towards equal ones."""
    demanded = actual[members]
    divisor = np.sqrt(np.maximum(scale[members], 1e-9))[:, :, None] * np.ones_like(demanded)
    known = np.isfinite(demanded)
    cells = np.flatnonzero(known.ravel())
    methods = len(forecasts)
    equal = np.full(methods, 1 / max(methods - 1, 1))
    equal[0] = 0.0
    if len(cells) < 20:
        return equal
    cells = cells[:: max(1, len(cells) // MOST_CELLS)]
    left = (forecasts[:, members].reshape(methods, -1)[:, cells] / divisor.ravel()[cells]).T
    right = demanded.ravel()[cells] / divisor.ravel()[cells]
    left, right = np.clip(left, 0, 50), np.clip(right, 0, 50)
    pull = np.sqrt(0.05 * (left**2).sum() / methods)
    whole = np.vstack([left, pull * np.eye(methods), np.full((1, methods), 100 * pull)])
    goal = np.concatenate([right, pull * equal, [100 * pull]])
    weights, _ = nnls(whole, goal)
    return np.asarray(weights / max(weights.sum(), 1e-9))

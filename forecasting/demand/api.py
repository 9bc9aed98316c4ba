"""The public entry: a long table in, forecasts and their accuracy out.

Comes in: `unique_id, ds, y` and optional columns. Goes out: `DemandForecast`. Called by `forecasting.sales`, by `weft forecast`, by
the benchmark, and by anyone who imports the library.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from forecasting.demand import frames
from forecasting.demand.accuracy import SCHEMA, Scored, accuracy_table
from forecasting.demand.backtest import Replay, Setting, origins, replay
from forecasting.demand.censoring import unconstrain
from forecasting.demand.champions import Champion, choose_champions, method_names, stack
from forecasting.demand.coherent import PLAIN, SHARE, coherent, said_by_champions
from forecasting.demand.hierarchy import Tree, build_tree, codes, columns_of, panel_of_nodes, season_groups
from forecasting.demand.inputs import check
from forecasting.demand.intervals import NAMES, learn_spread
from forecasting.demand.launches import without_launches
from forecasting.demand.panel import BoolArray, FloatArray, Panel, build_panel
from forecasting.demand.season import phases
from forecasting.demand.segments import segments
from forecasting.demand.shares import Sparse, find_sparse
from forecasting.demand.smoothing import BENCHMARK

# Seconds of one core for a series' slow models at one origin, and how many seconds they may take in all.
SLOW_COST = {"D": 0.17, "W": 0.045, "M": 0.1}
SLOW_BUDGET = 60.0
UNRECONCILED = "Unreconciled"


@dataclass(frozen=True)
class DemandForecast:
    """`forecast`, `accuracy`, `backtest`, `champions` and `nodes` (what each node is a sum of); `notes` for people;
    `challengers` has what every method said, if asked for, before anything was made to add up.

    docs/forecast-engine.md says what each column holds.
    """

    forecast: pl.DataFrame
    accuracy: pl.DataFrame
    backtest: pl.DataFrame
    champions: pl.DataFrame
    nodes: pl.DataFrame
    notes: list[str]
    challengers: pl.DataFrame


def forecast_demand(
    history: Any,
    *,
    frequency: str = "W",
    horizon: int = 26,
    hierarchy: Sequence[str | Sequence[str]] = (),
    levels: Sequence[Sequence[str]] | None = None,
    future: Any = None,
    threads: int = 2,
    seed: int = 0,
    with_challengers: bool = False,
) -> DemandForecast:
    """Forecast the demand of many series, with quantiles, so that sums agree.

    `history` is a Polars or pandas table `unique_id, ds, y`, with optional `is_stocked` (share of the period in stock), numeric
    features, and the text columns of `hierarchy`. `future` has the same features for coming periods. `levels` names the sums to
    make instead of those derived from `hierarchy`, such as [(), ("category",), ("category", "market")].
    """
    columns = columns_of([*hierarchy, *(levels or [])])
    checked = check(history, frequency, horizon, columns, future)
    series = build_panel(checked, horizon)
    series = unconstrain(series, phases(series.first_period, series.length, series.frequency))
    tree = build_tree(checked.static, hierarchy, levels if levels is not None or hierarchy else [])
    panel = panel_of_nodes(series, tree)
    sparse = find_sparse(panel, tree)
    at = origins(panel.length, horizon, panel.frequency)
    setting = Setting(
        groups=season_groups(tree),
        attributes=codes(tree),
        is_sparse=sparse.is_sparse,
        is_slow=_slow(panel, sparse.is_sparse, tree.is_aggregate, len(at) + 1),
        horizon=horizon,
        threads=threads,
        seed=seed,
    )
    *past, now = without_launches(replay(panel, setting, [*at, panel.length]), panel, tree)
    segment_of = _segments(panel, now, sparse, tree)
    champions = _champions(past, segment_of)
    made = [coherent(one, champions, segment_of, sparse, panel, tree, past) for one in [*past, now]]
    notes = [f"{name} is not known for coming periods: no model uses it" for name in checked.unknown]
    now.forecasts[UNRECONCILED] = said_by_champions(now, champions, segment_of)
    challengers = frames.challengers_frame(tree, panel, now if with_challengers else None)
    return _result(panel, tree, past, now, made, champions, segment_of, sparse, notes, challengers)


def _slow(panel: Panel, is_sparse: BoolArray, is_aggregate: BoolArray, replays: int) -> BoolArray:
    """Return the nodes that slow models are fitted to: all of few, the sums and the largest series of many."""
    most = int(SLOW_BUDGET / (SLOW_COST[panel.frequency.code] * replays))
    volume = np.nansum(panel.demand[:, -panel.frequency.year :], axis=1)
    rank = np.lexsort((-volume, ~is_aggregate, is_sparse))
    chosen = np.zeros(panel.count, dtype=bool)
    chosen[rank[:most]] = True
    return chosen & ~is_sparse


def _segments(panel: Panel, now: Replay, sparse: Sparse, tree: Tree) -> np.ndarray:
    names = segments(panel.demand, panel.frequency, tree.is_aggregate).astype(object)
    names[sparse.is_sparse] = SHARE
    names[now.plain.is_plain] = PLAIN
    return names.astype(str)


def _champions(past: list[Replay], segment_of: np.ndarray) -> list[Champion]:
    chosen = ~np.isin(segment_of, (SHARE, PLAIN))
    if not chosen.any():
        return []
    if not past:
        equal = dict.fromkeys(("RecentMean", "AutoETS", "SeasonalLevel"), 1 / 3)
        why = "history too short to replay: a mean of methods"
        return [
            Champion(str(name), "MeanOfBest", equal, False, 1.0, "", 1.0, int((segment_of == name).sum()), why)
            for name in np.unique(segment_of[chosen])
        ]
    names = method_names(past)
    modelled = np.stack([~one.plain.is_plain for one in past])
    tried = {
        name: (np.stack([~np.isnan(one.forecasts[name]).any(axis=1) for one in past]) & modelled).sum(axis=0)
        / np.maximum(modelled.sum(axis=0), 1)
        for name in names
    }
    rows = np.flatnonzero(chosen)
    parts = [
        Replay(
            one.origin,
            {name: one.forecasts[name][rows] for name in names},
            one.actual[rows],
            one.scale[rows],
            one.plain,
            one.prepared,
        )
        for one in past
    ]
    return choose_champions(parts, segment_of[rows], {name: share[rows] for name, share in tried.items()})


def _result(
    panel: Panel,
    tree: Tree,
    past: list[Replay],
    now: Replay,
    made: list[FloatArray],
    champions: list[Champion],
    segment_of: np.ndarray,
    sparse: Sparse,
    notes: list[str],
    challengers: pl.DataFrame,
) -> DemandForecast:
    mean = made[-1]
    # Sums are surrounded level by level: markets may be steadier than categories.
    alike = np.where(tree.is_aggregate, tree.level_of(), segment_of).astype(str)
    group = np.unique(alike, return_inverse=True)[1].astype(np.int64)
    if past:
        replayed = np.stack(made[:-1], axis=1)
        actual = np.stack([one.actual for one in past], axis=1)
        scale = np.stack([one.scale for one in past], axis=1)
    else:
        replayed, actual = np.zeros((panel.count, 0, mean.shape[1])), np.zeros((panel.count, 0, mean.shape[1]))
        scale = np.zeros((panel.count, 0))
    spread = learn_spread(replayed, actual, panel.demand, mean, group)
    quantiles = _reaching_back(spread.quantiles(mean), now)
    quantiles[now.plain.model == "Constant"] = mean[now.plain.model == "Constant"][:, :, None]
    carriers = np.array([*tree.nodes["unique_id"].to_list(), None], dtype=object)[sparse.carrier]
    said = frames.reasons(panel, now, segment_of, champions, carriers.tolist())
    bands = _honest_bands(replayed, actual, panel.demand, group, past)
    accuracy = pl.DataFrame(schema=SCHEMA)
    benchmark = np.zeros_like(replayed)
    if past:
        names = method_names(past)
        single = stack(past, names)
        benchmark = single[0]
        scored = [Scored("Champion", replayed, bands, is_champion=True)]
        scored += [Scored(name, single[place], is_benchmark=name == BENCHMARK) for place, name in enumerate(names)]
        accuracy = accuracy_table(scored, actual, scale, tree.level_of(), segment_of, panel.frequency.code)
    return DemandForecast(
        forecast=frames.forecast_frame(
            tree, panel, mean, np.round(quantiles, 4), np.round(now.forecasts[BENCHMARK], 4), said
        ),
        accuracy=accuracy,
        backtest=frames.backtest_frame(tree, panel, past, replayed, benchmark, bands),
        champions=frames.champions_frame(champions),
        nodes=tree.nodes,
        notes=notes,
        challengers=challengers,
    )


def _honest_bands(
    replayed: FloatArray, actual: FloatArray, demand: FloatArray, group: np.ndarray, past: list[Replay]
) -> FloatArray:
    """Return quantiles of each replay, learnt from the other replays, so that their hits are a fair count."""
    bands = np.zeros((*replayed.shape, len(NAMES)))
    for place, _ in enumerate(past):
        others = [other for other in range(len(past)) if other != place] or [place]
        spread = learn_spread(replayed[:, others], actual[:, others], demand, replayed[:, place], group)
        bands[:, place] = spread.quantiles(replayed[:, place])
    return bands


def _reaching_back(quantiles: FloatArray, now: Replay) -> FloatArray:
    """Let the intervals of series whose level has just changed reach back to the old one: nobody can tell yet."""
    old = now.prepared.old_level
    rows = np.flatnonzero(np.isfinite(old) & (now.prepared.age > 0) & ~now.plain.is_plain)
    outer = np.array([True, True, False, False, False, True, True])
    for column in np.flatnonzero(outer):
        reach = old[rows, None]
        edge = quantiles[rows, :, column]
        quantiles[rows, :, column] = np.minimum(edge, reach) if column < 3 else np.maximum(edge, reach)
    return quantiles

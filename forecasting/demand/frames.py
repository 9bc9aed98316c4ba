"""The tables that are handed back.

Comes in: arrays of the engine. Goes out: Polars frames in a fixed order. Called by `forecasting.demand.api`.
"""

import numpy as np
import polars as pl

from forecasting.demand.backtest import Replay
from forecasting.demand.champions import Champion
from forecasting.demand.hierarchy import Tree
from forecasting.demand.intervals import NAMES
from forecasting.demand.panel import FloatArray, Panel

KEYS = ("level", "node", "unique_id")


def forecast_frame(
    tree: Tree, panel: Panel, mean: FloatArray, quantiles: FloatArray, benchmark: FloatArray, said: pl.DataFrame
) -> pl.DataFrame:
    """Return one row per node and coming period; `said` has model and reason of each node."""
    count, horizon = mean.shape
    dates = panel.frequency.dates(panel.first_period + panel.length, horizon)
    keys = pl.concat([tree.nodes.select(KEYS), said.select("model", "reason")], how="horizontal")
    rows = keys.select(pl.all().repeat_by(horizon).explode())
    values = {"mean": mean.ravel()} | {name: quantiles[:, :, place].ravel() for place, name in enumerate(NAMES)}
    return rows.with_columns(
        pl.Series("ds", dates * count, dtype=pl.Date),
        *[pl.Series(name, column) for name, column in values.items()],
        pl.Series("benchmark", benchmark.ravel()),
    ).select(*KEYS, "ds", "mean", *NAMES, "benchmark", "model", "reason")


def backtest_frame(
    tree: Tree, panel: Panel, replays: list[Replay], made: FloatArray, benchmark: FloatArray, quantiles: FloatArray
) -> pl.DataFrame:
    """Return one row per node, origin and replayed period whose demand is known."""
    parts = []
    for place, replay in enumerate(replays):
        row, step = np.nonzero(np.isfinite(replay.actual))
        dates = pl.Series(
            panel.frequency.dates(panel.first_period + replay.origin, replay.actual.shape[1]), dtype=pl.Date
        )
        columns = {
            "y": replay.actual[row, step],
            "yhat": made[row, place, step],
            "benchmark": benchmark[row, place, step],
        } | {name: quantiles[row, place, step, index] for index, name in enumerate(NAMES)}
        parts.append(
            tree.nodes.select(KEYS)[row].with_columns(
                pl.lit(panel.frequency.date(panel.first_period + replay.origin - 1)).alias("origin"),
                dates.gather(step).alias("ds"),
                pl.Series("step", step + 1),
                *[pl.Series(name, column) for name, column in columns.items()],
            )
        )
    return pl.concat(parts) if parts else _empty_backtest()


def challengers_frame(tree: Tree, panel: Panel, now: Replay | None) -> pl.DataFrame:
    """Return one row per method, node and coming period; no rows where `now` is None."""
    schema = dict.fromkeys(KEYS, pl.String) | {"ds": pl.Date, "model": pl.String, "yhat": pl.Float64}
    if now is None:
        return pl.DataFrame(schema=schema)
    horizon = next(iter(now.forecasts.values())).shape[1]
    dates = panel.frequency.dates(panel.first_period + panel.length, horizon)
    keys = tree.nodes.select(KEYS).select(pl.all().repeat_by(horizon).explode())
    keys = keys.with_columns(pl.Series("ds", dates * panel.count, dtype=pl.Date))
    return pl.concat(
        keys.with_columns(pl.lit(name).alias("model"), pl.Series("yhat", made.ravel()))
        for name, made in now.forecasts.items()
    ).filter(pl.col("yhat").is_not_nan())


def champions_frame(champions: list[Champion]) -> pl.DataFrame:
    """Return one row per segment: its champion, its weights, and why."""
    return pl.DataFrame(
        [
            {
                "segment": champion.segment,
                "series": champion.series,
                "model": champion.model,
                "methods": ", ".join(f"{name} {weight:.2f}" for name, weight in champion.weights.items()),
                "score": champion.score,
                "best_single": champion.best_single,
                "best_single_score": champion.best_single_score,
                "beats_benchmark": champion.model != "SeasonalNaive",
                "reason": champion.reason,
            }
            for champion in champions
        ],
        schema={
            "segment": pl.String,
            "series": pl.Int64,
            "model": pl.String,
            "methods": pl.String,
            "score": pl.Float64,
            "best_single": pl.String,
            "best_single_score": pl.Float64,
            "beats_benchmark": pl.Boolean,
            "reason": pl.String,
        },
    )


def reasons(
    panel: Panel, replay: Replay, segment_of: np.ndarray, champions: list[Champion], carriers: list[str | None]
) -> pl.DataFrame:
    """Return model and reason of each node."""
    noun = panel.frequency.noun
    chosen = pl.DataFrame(
        {
            "segment": [champion.segment for champion in champions],
            "champion": [champion.model for champion in champions],
            "why": [f"{champion.segment}: {champion.reason}" for champion in champions],
        },
        schema={"segment": pl.String, "champion": pl.String, "why": pl.String},
    )
    censored = (np.isnan(panel.y) | (panel.stocked < 0.999)) & (
        np.arange(panel.length)[None, :] >= panel.start[:, None]
    )
    observed = np.isfinite(panel.demand).sum(axis=1)
    table = pl.DataFrame(
        {
            "segment": segment_of,
            "plain": replay.plain.model,
            "plain_reason": replay.plain.reason,
            "carrier": pl.Series(carriers, dtype=pl.String),
            "observed": observed,
            "capped": replay.prepared.capped,
            "age": replay.prepared.age,
            "ratio": replay.prepared.ratio,
            "censored": censored.sum(axis=1),
        }
    ).join(chosen, on="segment", how="left", maintain_order="left")
    age, ratio = pl.col("age").cast(pl.String), pl.col("ratio")
    change = ((ratio - 1).abs() * 100).round(0).cast(pl.Int64).cast(pl.String)
    stopped = pl.format(
        "no sales in the last {} {}s after steady sales: taken as stopped, upper bounds are the level before; check for a "
        "stock-out or a missing export",
        age,
        pl.lit(noun),
    )
    moved = pl.format(
        "the last {} {}s are {} % {} the level before: forecast at the new level, the interval reaches back to the old one",
        age,
        pl.lit(noun),
        change,
        pl.when(ratio < 1).then(pl.lit("below")).otherwise(pl.lit("above")),
    )
    notes = [
        pl.when(pl.col("observed") < 2 * panel.frequency.season)
        .then(pl.lit("shorter than two seasons: seasonal naive repeats the last value"))
        .otherwise(None),
        pl.when(pl.col("capped") > 0)
        .then(pl.format("{} single {}(s) far above all others capped", pl.col("capped"), pl.lit(noun)))
        .otherwise(None),
        pl.when(pl.col("age") > 0).then(pl.when(ratio <= 0.001).then(stopped).otherwise(moved)).otherwise(None),
        pl.when(pl.col("censored") > 0)
        .then(pl.format("{} {}(s) not fully in stock: their demand is estimated", pl.col("censored"), pl.lit(noun)))
        .otherwise(None),
    ]
    is_plain, is_share = pl.col("plain") != "", pl.col("carrier").is_not_null()
    return table.select(
        model=pl.when(is_plain)
        .then(pl.col("plain"))
        .when(is_share)
        .then(pl.lit("Share"))
        .otherwise(pl.col("champion")),
        reason=pl.when(is_plain)
        .then(pl.col("plain_reason"))
        .when(is_share)
        .then(pl.format("sells too seldom for a model of its own: a share of {}", pl.col("carrier")))
        .otherwise(pl.concat_str([pl.col("why"), *notes], separator="; ", ignore_nulls=True)),
    )


def _empty_backtest() -> pl.DataFrame:
    numbers = ("y", "yhat", "benchmark", *NAMES)
    schema = dict.fromkeys(KEYS, pl.String) | {"origin": pl.Date, "ds": pl.Date, "step": pl.Int64}
    return pl.DataFrame(schema=schema | dict.fromkeys(numbers, pl.Float64))

"""The demand engine, asked about a company's series, and its answer by the levels of the sales forecast.

Comes in: the long tables. Goes out: `Answer`: forecast, replay and accuracy with level, node_key and the columns that name a node. Called
by `forecasting.sales.run`.
"""

from dataclasses import dataclass

import polars as pl

from forecasting.sales.features import EngineInput
from forecasting.sales.levels import LEVELS, node_key

SERIES = "series"


@dataclass(frozen=True)
class Answer:
    """`forecast` and `replay` have level and node_key; `levels` are those that the engine modelled; `accuracy` is of those levels."""

    grain: str
    levels: tuple[str, ...]
    forecast: pl.DataFrame
    replay: pl.DataFrame
    accuracy: pl.DataFrame
    series: pl.DataFrame
    notes: list[str]


def ask_engine(given: EngineInput, *, horizon: int, threads: int) -> Answer:
    """Forecast all series, and the sums of them that are levels of the sales forecast."""
    # The models and what they need are only loaded where something is forecast.
    from forecasting.demand import forecast_demand

    wanted = [name for name, level in LEVELS.items() if set(level.columns) <= set(given.hierarchy)]
    series = given.history.select("unique_id", *given.hierarchy).unique().sort("unique_id")
    asked = _distinct(wanted, series, given.grain)
    made = forecast_demand(
        given.history,
        horizon=horizon,
        hierarchy=given.hierarchy,
        levels=[LEVELS[name].columns for name in dict.fromkeys(asked.values()) if name != given.grain],
        future=given.future,
        threads=threads,
    )
    names = {"/".join(LEVELS[name].columns) or "total": name for name in wanted if name != given.grain} | {
        SERIES: given.grain
    }
    levels = pl.col("level").replace_strict(names, default=None)
    nodes = pl.concat(
        [_nodes(name, stands_for, made.nodes.with_columns(levels), series) for name, stands_for in asked.items()]
    )
    forecast = nodes.join(made.forecast.drop("level", "node"), on="unique_id").rename({"ds": "week_start_on"})
    replay = nodes.join(made.backtest.drop("level", "node"), on="unique_id").rename({"ds": "week_start_on"})
    same = pl.DataFrame(list(asked.items()), schema=["name", "level"], orient="row")
    accuracy = made.accuracy.with_columns(levels).join(same, on="level").drop("level").rename({"name": "level"})
    return Answer(
        given.grain, tuple(wanted), forecast.drop("unique_id"), replay.drop("unique_id"), accuracy, series, made.notes
    )


def _distinct(wanted: list[str], series: pl.DataFrame, grain: str) -> dict[str, str]:
    """Return for each level the first with the same nodes: in a company with one channel, 'channel' is 'total'."""
    groups: dict[tuple[int, ...], str] = {tuple(range(series.height)): grain}
    same = {}
    for name in wanted:
        numbers = (
            series.select(node_key(name).alias("node"))["node"]
            if LEVELS[name].keys
            else pl.Series(["all"] * series.height)
        )
        of_series = tuple(numbers.rank("dense").cast(pl.Int64).to_list())
        first: dict[int, int] = {}
        same[name] = groups.setdefault(tuple(first.setdefault(number, len(first)) for number in of_series), name)
    return same


def _nodes(name: str, stands_for: str, nodes: pl.DataFrame, series: pl.DataFrame) -> pl.DataFrame:
    """Return the nodes of a level with the engine's identifier of the node that stands for each."""
    keys = series.select("unique_id", node_key(name).alias("node_key"), node_key(stands_for).alias("key_there"))
    there = nodes.filter(pl.col("level") == stands_for)
    there = there.select(pl.col("unique_id").alias("engine_id"), node_key(stands_for).alias("key_there"))
    found = keys.select("node_key", "key_there").unique().join(there, on="key_there")
    return found.select(pl.lit(name).alias("level"), "node_key", pl.col("engine_id").alias("unique_id")).sort(
        "node_key"
    )

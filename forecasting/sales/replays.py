"""What would have been said of styles, colours and SKUs at past origins: how far a share of its category misses a product.

Comes in: the history and the engine's replay. Goes out: `Replays`: measures by level and distance, and the k of the quantiles. Called by
`forecasting.sales.run`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from forecasting.sales.engine import Answer
from forecasting.sales.history import WEEK, DemandHistory
from forecasting.sales.levels import LEVELS, NEW_PRODUCTS_KEY, summed, with_attributes
from forecasting.sales.shares import SCALE, product_names, spread
from forecasting.sales.uncertainty import QUANTILES, USUAL_DISPERSION, count_quantiles, dispersion

MODEL = "Share"
BUCKETS = ((1, 4), (5, 13), (14, 26), (27, 104))
PAIRS = {"coverage_50": ("q25", "q75"), "coverage_80": ("q10", "q90"), "coverage_95": ("q025", "q975")}
DISPERSION = {"level": pl.String, "bucket": pl.Int32, "k": pl.Float64}
YEAR_WEEKS = 52
SEASONAL_FROM = 65


@dataclass(frozen=True)
class Replays:
    """`accuracy` in the engine's layout; `dispersion` has level, bucket (the number of a distance) and k."""

    accuracy: pl.DataFrame
    dispersion: pl.DataFrame


def bucket(step: pl.Expr) -> pl.Expr:
    """The number of the bucket of distances that a step (1 is the next week) lies in."""
    return sum(((step >= low).cast(pl.Int32) for low, _ in BUCKETS[1:]), start=pl.lit(0, dtype=pl.Int32))


def replay_levels(history: DemandHistory, answer: Answer, levels: Iterable[str]) -> Replays:
    """Replay the levels that the engine does not model."""
    origins = [_origin(history, answer, origin) for origin in answer.replay["origin"].unique().sort()]
    accuracy, learnt = [pl.DataFrame()], [pl.DataFrame(schema=DISPERSION)]
    # Level by level: those of SKUs have as many rows as all others together.
    for level in levels:
        if level in answer.levels or not origins:
            continue
        scored = pl.concat([_scored(one, level) for one in origins])
        spreads = _dispersion(scored, level)
        learnt.append(spreads)
        accuracy.append(_measures(_with_bands(scored, level, spreads), level))
    found = [frame for frame in accuracy if not frame.is_empty()]
    return Replays(pl.concat(found, how="diagonal") if found else pl.DataFrame(), pl.concat(learnt))


def seasonal_naive(weekly: pl.DataFrame, weeks: list[date], last_week: date) -> pl.DataFrame:
    """Return node_key, week_start_on, benchmark: the quantity 52 weeks before, or of the last week in series younger than 65 weeks.

    Args:
        weekly: node_key, week_start_on, quantity.
        weeks: the weeks to say it for.
        last_week: the last week that is known.
    """
    age = ((pl.lit(last_week) - pl.col("week_start_on").min()).dt.total_days() // 7 + 1).alias("weeks")
    nodes = weekly.group_by("node_key").agg(age)
    coming = pl.DataFrame({"week_start_on": weeks}, schema={"week_start_on": pl.Date})
    rows = nodes.join(coming, how="cross")
    ahead = (pl.col("week_start_on") - pl.lit(last_week)).dt.total_days() // 7
    back = ((ahead - 1) // YEAR_WEEKS + 1) * YEAR_WEEKS
    rows = rows.with_columns(
        pl.when(pl.col("weeks") >= SEASONAL_FROM)
        .then(pl.col("week_start_on") - pl.duration(weeks=back))
        .otherwise(pl.lit(last_week))
        .cast(pl.Date)
        .alias("as_in")
    )
    known = weekly.select(
        "node_key", pl.col("week_start_on").alias("as_in"), pl.col("quantity").clip(0).alias("benchmark")
    )
    return rows.join(known, on=["node_key", "as_in"], how="left").select(
        "node_key", "week_start_on", pl.col("benchmark").fill_null(0.0)
    )


@dataclass(frozen=True)
class _Origin:
    """What was known and said at an origin, and what came of it."""

    origin: date
    cells: pl.DataFrame
    came: pl.DataFrame
    past: pl.DataFrame
    weeks: list[date]


def _origin(history: DemandHistory, answer: Answer, origin: date) -> _Origin:
    known = history.until(origin)
    said = answer.replay.filter(pl.col("origin") == origin, pl.col("level") == answer.grain)
    said = said.join(answer.series.rename({"unique_id": "node_key"}), on="node_key")
    keys = [*LEVELS[answer.grain].columns, "week_start_on"]
    came = with_attributes(history.demand.filter(pl.col("week_start_on") > origin), history.products)
    came = came.join(said.select(keys), on=keys, how="semi")
    # Nobody could have named what was launched later: it counts together, as it was forecast.
    is_new = ~pl.col("product_key").is_in(known.demand["product_key"].unique().implode())
    new = pl.concat_str(pl.lit(NEW_PRODUCTS_KEY), pl.col("category_name"))
    came = product_names(came.with_columns(pl.when(is_new).then(new).otherwise("product_key").alias("product_key")))
    return _Origin(
        origin,
        spread(known, said.select(*keys, pl.col("yhat").alias("mean"))),
        came,
        with_attributes(known.demand, history.products),
        said["week_start_on"].unique().sort().to_list(),
    )


def _scored(one: _Origin, level: str) -> pl.DataFrame:
    expected = summed(one.cells, level, "units").select(
        "node_key", "week_start_on", (pl.col("units") / SCALE).alias("yhat")
    )
    actual = summed(one.came, level, "quantity").select("node_key", "week_start_on", pl.col("quantity").alias("y"))
    both = expected.join(actual, on=["node_key", "week_start_on"], how="full", coalesce=True)
    # Of all that was ever sold, only what is forecast or came is compared.
    sold = summed(one.past, level, "quantity").join(both, on="node_key", how="semi")
    naive = seasonal_naive(sold, one.weeks, one.origin)
    both = both.join(naive, on=["node_key", "week_start_on"], how="left")
    both = both.with_columns(pl.col("yhat", "y", "benchmark").fill_null(0.0)).join(
        _steps(sold, one.origin), on="node_key", how="left"
    )
    step = (pl.col("week_start_on") - pl.lit(one.origin)).dt.total_days() // 7
    return both.with_columns(pl.lit(one.origin).alias("origin"), bucket(step).alias("bucket")).drop("week_start_on")


def _with_bands(scored: pl.DataFrame, level: str, learnt: pl.DataFrame) -> pl.DataFrame:
    """Add the quantiles of each replayed week, learnt from the other origins, so that their hits are a fair count."""
    banded = []
    for (origin,), frame in scored.group_by("origin", maintain_order=True):
        others = scored.filter(pl.col("origin") != origin)
        known = learnt if others.is_empty() else _dispersion(others, level)
        k = frame.join(known, on="bucket", how="left", maintain_order="left")["k"].fill_null(USUAL_DISPERSION)
        banded.append(pl.concat([frame, count_quantiles(frame["yhat"], k)], how="horizontal"))
    return pl.concat(banded)


def _steps(weekly: pl.DataFrame, last_week: date) -> pl.DataFrame:
    """Return the mean absolute and mean squared step from week to week of each node; weeks without sales are zero."""
    ordered = weekly.sort("node_key", "week_start_on").with_columns(
        pl.col("week_start_on").shift(-1).over("node_key").fill_null(last_week + WEEK * 2).alias("next_on"),
        pl.col("quantity").shift(-1).over("node_key").fill_null(0.0).alias("next"),
    )
    is_next = pl.col("next_on") - pl.col("week_start_on") == pl.duration(days=7)
    is_last = pl.col("next_on") == pl.lit(last_week + WEEK * 2)
    apart = pl.when(is_last).then(pl.col("quantity").abs()).otherwise(pl.col("quantity").abs() + pl.col("next").abs())
    squares = pl.when(is_last).then(pl.col("quantity") ** 2).otherwise(pl.col("quantity") ** 2 + pl.col("next") ** 2)
    step = pl.col("next") - pl.col("quantity")
    weeks = (pl.lit(last_week) - pl.col("week_start_on").min()).dt.total_days() // 7
    return ordered.group_by("node_key").agg(
        (pl.when(is_next).then(step.abs()).otherwise(apart).sum() / weeks.clip(lower_bound=1)).alias("mean_step"),
        (pl.when(is_next).then(step**2).otherwise(squares).sum() / weeks.clip(lower_bound=1)).alias("mean_square"),
    )


def _dispersion(scored: pl.DataFrame, level: str) -> pl.DataFrame:
    found = [
        (level, number, dispersion(frame["y"], frame["yhat"]))
        for (number,), frame in scored.group_by("bucket", maintain_order=True)
    ]
    return pl.DataFrame(found, schema=DISPERSION, orient="row")


def _measures(scored: pl.DataFrame, level: str) -> pl.DataFrame:
    parts = []
    for model, column in ((MODEL, "yhat"), ("SeasonalNaive", "benchmark")):
        for label, number in [("all", None), *((f"{low}-{high}", place) for place, (low, high) in enumerate(BUCKETS))]:
            rows = scored if number is None else scored.filter(pl.col("bucket") == number)
            if rows.is_empty():
                continue
            measured = _measured(rows, column, with_intervals=model == MODEL)
            parts.append(
                measured.with_columns(
                    pl.lit(level).alias("level"),
                    pl.lit("all").alias("segment"), pl.lit(label).alias("horizon"), pl.lit(model).alias("model"),
                    pl.lit(model == MODEL).alias("is_champion"), pl.lit(model != MODEL).alias("is_benchmark"),
                )
            )  # fmt: skip
    return pl.concat(parts, how="diagonal")


def _measured(rows: pl.DataFrame, column: str, *, with_intervals: bool) -> pl.DataFrame:
    miss, sold = pl.col(column) - pl.col("y"), pl.col("y").sum()
    of_node = rows.group_by("node_key").agg(
        (miss.abs().mean() / pl.col("mean_step").first()).alias("mase"),
        (miss.pow(2).mean() / pl.col("mean_square").first()).sqrt().alias("rmsse"),
        pl.when(miss.abs().sum() > 0).then(miss.sum() / miss.abs().mean()).alias("tracking_signal"),
    )
    means = of_node.select(
        pl.len().cast(pl.Int64).alias("series"),
        *(pl.col(name).filter(pl.col(name).is_finite()).mean() for name in ("mase", "rmsse", "tracking_signal")),
    )
    sums = [
        pl.when(sold > 0).then(miss.abs().sum() / sold).alias("wape"),
        pl.when(sold > 0).then(miss.sum() / sold).alias("bias"),
    ]
    if with_intervals:
        sums += [
            pl.col("y").is_between(pl.col(low) - 1e-9, pl.col(high) + 1e-9).mean().alias(name)
            for name, (low, high) in PAIRS.items()
        ]
        losses = [_loss(name, level).mean() for name, level in QUANTILES.items()]
        pinball = sum(losses, start=pl.lit(0.0)) / len(losses)
        sums.append(pl.when(sold > 0).then(pinball / pl.col("y").mean()).alias("pinball"))
    return pl.concat([rows.select(sums), means], how="horizontal")


def _loss(name: str, level: float) -> pl.Expr:
    gap = pl.col("y") - pl.col(name)
    return pl.max_horizontal(level * gap, (level - 1) * gap)

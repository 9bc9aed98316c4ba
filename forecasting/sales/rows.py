"""The rows of the forecast: every level's sums of the same cells, with quantiles, benchmark, model and reason.

Comes in: cells with overrides, the engine's answer, the replays of the levels below it. Goes out: frames in the columns of
`forecasting.sales.tables`. Called by `forecasting.sales.run`.
"""

from collections.abc import Iterable
from datetime import date, timedelta

import polars as pl

from forecasting.sales.daily import DAILY_LEVELS, split_days
from forecasting.sales.engine import Answer
from forecasting.sales.history import WEEK, DemandHistory
from forecasting.sales.levels import LEVELS, NEW_PRODUCTS, NODE_COLUMNS, PRODUCT_LEVELS, named, summed, with_attributes
from forecasting.sales.replays import MODEL, bucket, seasonal_naive
from forecasting.sales.shares import SCALE
from forecasting.sales.uncertainty import QUANTILES, USUAL_DISPERSION, count_quantiles

QUANTITY, RETURNED = "quantity", "returned_quantity"
RETURN_LEVELS = ("total", "market", "category", "category_market")
SHARE_REASON = "a share of its category: demand of the last 13 weeks per week in stock, less what products of its age lose with time"
NEW_REASON = (
    "what the present products of the category will no longer sell: left for products that are not launched yet"
)
RETURN_REASON = "sales so far and the forecast, times the return rate of category and market, by weeks since the order"


def forecast_rows(
    history: DemandHistory,
    answer: Answer,
    cells: pl.DataFrame,
    dispersion: pl.DataFrame,
    levels: Iterable[str],
    horizon: int,
) -> pl.DataFrame:
    """Return the coming weeks of every level."""
    weeks = [history.last_week + WEEK * (step + 1) for step in range(horizon)]
    demand = with_attributes(history.demand, history.products)
    units = _units(history, demand, cells)
    frames = []
    for level in levels:
        sums = summed(cells, level, "units", "base_units")
        touched = named(cells.group_by(*LEVELS[level].columns, "week_start_on").agg(pl.col("override_id").max()), level)
        touched = touched.select("node_key", "week_start_on", "override_id")
        sums = sums.join(touched, on=["node_key", "week_start_on"], how="left")
        if level in answer.levels:
            rows = _modelled(answer, sums, level)
        else:
            rows = _shared(sums, level, weeks, dispersion, history.last_week)
            benchmark = seasonal_naive(
                summed(demand, level, "quantity").join(rows, on="node_key", how="semi"), weeks, history.last_week
            )
            rows = rows.join(benchmark, on=["node_key", "week_start_on"], how="left").with_columns(
                pl.col("benchmark").fill_null(0.0)
            )
        frames.append(_with_override(rows).join(_unit_of(units, level), on="node_key", how="left"))
    made = pl.concat([frame.select(_COLUMNS) for frame in frames])
    return made.with_columns(
        pl.lit(QUANTITY).alias("measure"),
        pl.lit(history.made_on).alias("made_on"),
        pl.lit(False).alias("is_backtest"),
        pl.lit(None, dtype=pl.Float64).alias("actual"),
    )


def replay_rows(history: DemandHistory, answer: Answer, cells: pl.DataFrame, levels: Iterable[str]) -> pl.DataFrame:
    """Return past weeks as they would have been forecast, of the levels that the engine models."""
    demand = with_attributes(history.demand, history.products)
    units = _units(history, demand, cells)
    frames = []
    for level in levels:
        if level not in answer.levels:
            continue
        nodes = _names(answer, level)
        rows = answer.replay.filter(pl.col("level") == level).drop("level").join(nodes, on="node_key")
        said = (
            answer.forecast.filter(pl.col("level") == level).group_by("node_key").agg(pl.col("model", "reason").first())
        )
        frames.append(
            rows.join(said, on="node_key", how="left").join(_unit_of(units, level), on="node_key", how="left")
        )
    if not frames:
        return pl.DataFrame()
    return pl.concat(frames, how="diagonal").with_columns(
        (pl.col("origin") + timedelta(days=6)).alias("made_on"),
        pl.col("yhat").alias("forecast"), pl.col("yhat").alias("base_forecast"), pl.col("y").alias("actual"),
        pl.lit(0.0).alias("override_quantity"), pl.lit(None, dtype=pl.Int64).alias("override_id"),
        pl.lit(QUANTITY).alias("measure"), pl.lit(True).alias("is_backtest"),
    )  # fmt: skip


def return_rows(history: DemandHistory, returns: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Return expected returns per week; `units` are the unit codes of the forecast's nodes (level, node_key, unit_code)."""
    frames = []
    for level in RETURN_LEVELS:
        weighted = returns.with_columns(
            pl.lit("unknown").alias("channel_code"),
            (pl.col("units").cast(pl.Float64) ** 2 * pl.col("k")).alias("spread"),
        )
        sums = summed(weighted, level, "units", "spread")
        mean = pl.col("units") / SCALE
        # Categories and markets miss together as much as apart: the k of a sum lies between that of its parts and none.
        k = (pl.col("spread").sqrt() / pl.col("units")).pow(2)
        sums = sums.with_columns(mean.alias("forecast"), pl.when(pl.col("units") > 0).then(k).otherwise(0.0).alias("k"))
        frames.append(pl.concat([sums, count_quantiles(sums["forecast"], sums["k"])], how="horizontal"))
    rows = pl.concat(frames).join(units, on=["level", "node_key"], how="left")
    naive = _naive_returns(history, rows)
    return rows.join(naive, on=["level", "node_key", "week_start_on"], how="left").with_columns(
        pl.col("benchmark").fill_null(0.0), pl.col("unit_code").fill_null("unknown"),
        pl.col("forecast").alias("base_forecast"), pl.lit(0.0).alias("override_quantity"),
        pl.lit(None, dtype=pl.Int64).alias("override_id"), pl.lit("ReturnLags").alias("model"),
        pl.lit(RETURN_REASON).alias("reason"), pl.lit(RETURNED).alias("measure"), pl.lit(history.made_on).alias("made_on"),
        pl.lit(False).alias("is_backtest"), pl.lit(None, dtype=pl.Float64).alias("actual"),
    ).drop("units", "spread", "k")  # fmt: skip


def daily_rows(
    history: DemandHistory, cells: pl.DataFrame, shares: pl.DataFrame, dispersion: pl.DataFrame, near_days: int
) -> pl.DataFrame:
    """Return the near days at a few levels; the days of a week add up to it, but for the week that the near days end in."""
    # Days are cut from weeks per product and market; channels would only make the parts smaller.
    by = [name for name in NODE_COLUMNS if name != "channel_code"] + ["week_start_on"]
    near = cells.filter(pl.col("week_start_on") <= history.last_week + WEEK + timedelta(days=near_days - 1))
    weekly = near.group_by(by).agg(pl.col("units").sum()).with_columns(pl.lit("all").alias("channel_code"))
    days = split_days(weekly, shares)
    last = history.made_on + timedelta(days=near_days)
    days = days.filter(pl.col("date_on") <= last)
    frames = []
    for level in DAILY_LEVELS:
        sums = summed(days, level, "units", by=("date_on",)).with_columns((pl.col("units") / SCALE).alias("forecast"))
        k = dispersion.filter(pl.col("level") == level, pl.col("bucket") == 0)["k"]
        spread = pl.Series([float(k[0]) if len(k) else USUAL_DISPERSION / 5]).new_from_index(0, sums.height)
        frames.append(pl.concat([sums, count_quantiles(sums["forecast"], spread)], how="horizontal"))
    return pl.concat(frames).with_columns(
        pl.lit(history.made_on).alias("made_on"), pl.col("date_on").dt.truncate("1w").alias("week_start_on")
    ).drop("units")  # fmt: skip


_COLUMNS = [
    "level", "node_key", *NODE_COLUMNS, "week_start_on", "unit_code", "model", "reason", "forecast", *QUANTILES, "benchmark",
    "base_forecast", "override_quantity", "override_id",
]  # fmt: skip


def _names(answer: Answer, level: str) -> pl.DataFrame:
    """Return the nodes of a level that the engine models, with the columns that name them."""
    columns = LEVELS[level].columns
    nodes = answer.series.select(columns).unique() if columns else pl.DataFrame({"unused": [0]})
    return named(nodes, level).select("level", "node_key", *NODE_COLUMNS)


def _modelled(answer: Answer, sums: pl.DataFrame, level: str) -> pl.DataFrame:
    rows = answer.forecast.filter(pl.col("level") == level).drop("level").join(_names(answer, level), on="node_key")
    rows = rows.join(
        sums.select("node_key", "week_start_on", "units", "base_units", "override_id"),
        on=["node_key", "week_start_on"],
        how="left",
    )
    return rows.with_columns(pl.col("units", "base_units").fill_null(0))


def _shared(
    sums: pl.DataFrame, level: str, weeks: list[date], dispersion: pl.DataFrame, last_week: date
) -> pl.DataFrame:
    nodes = sums.select("level", "node_key", *NODE_COLUMNS).unique().sort("node_key")
    grid = nodes.join(pl.DataFrame({"week_start_on": weeks}), how="cross")
    rows = grid.join(
        sums.select("node_key", "week_start_on", "units", "base_units", "override_id"),
        on=["node_key", "week_start_on"],
        how="left",
    )
    rows = rows.with_columns(
        pl.col("units", "base_units").fill_null(0),
        bucket((pl.col("week_start_on") - pl.lit(last_week)).dt.total_days() // 7).alias("bucket"),
    )
    k = rows.join(dispersion, on=["level", "bucket"], how="left", maintain_order="left")["k"].fill_null(
        USUAL_DISPERSION
    )
    rows = pl.concat([rows, count_quantiles(rows["base_units"] / SCALE, k)], how="horizontal")
    if level not in PRODUCT_LEVELS:
        return rows.with_columns(pl.lit("Sum").alias("model"), pl.lit("the sum of its series").alias("reason"))
    return rows.with_columns(
        pl.lit(MODEL).alias("model"),
        pl.when(pl.col("style_id").str.starts_with(NEW_PRODUCTS))
        .then(pl.lit(NEW_REASON))
        .otherwise(pl.lit(SHARE_REASON))
        .alias("reason"),
    )


def _with_override(rows: pl.DataFrame) -> pl.DataFrame:
    """Add forecast, base and override; quantiles move with the forecast."""
    ratio = pl.when(pl.col("base_units") > 0).then(pl.col("units") / pl.col("base_units"))
    rows = rows.with_columns(
        (pl.col("units") / SCALE).alias("forecast"),
        (pl.col("base_units") / SCALE).alias("base_forecast"),
        ((pl.col("units") - pl.col("base_units")) / SCALE).alias("override_quantity"),
    )
    is_from_nothing = (pl.col("base_units") == 0) & (pl.col("units") > 0)
    if rows.select(is_from_nothing.any()).item():
        said = count_quantiles(rows["forecast"], pl.Series([USUAL_DISPERSION]).new_from_index(0, rows.height))
        rows = rows.with_columns(
            pl.when(is_from_nothing).then(said[name]).otherwise(pl.col(name)).alias(name) for name in QUANTILES
        )
    return rows.with_columns((pl.col(name) * ratio.fill_null(1.0)).alias(name) for name in QUANTILES)


def _units(history: DemandHistory, demand: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Return all cells that there are or were, with the unit of their product."""
    names = list(NODE_COLUMNS)
    both = pl.concat([demand.select(names).unique(), cells.select(names).unique()]).unique()
    codes = history.products.select("product_key", "unit_code")
    of_category = both.join(codes, on="product_key").group_by("category_name").agg(_one_unit().alias("of_category"))
    joined = both.join(codes, on="product_key", how="left").join(of_category, on="category_name", how="left")
    return joined.with_columns(pl.coalesce("unit_code", "of_category", pl.lit("unknown")).alias("unit_code")).drop(
        "of_category"
    )


def _unit_of(units: pl.DataFrame, level: str) -> pl.DataFrame:
    columns = LEVELS[level].columns
    found = (
        units.group_by(columns).agg(_one_unit().alias("unit_code"))
        if columns
        else units.select(_one_unit().alias("unit_code"))
    )
    return named(found, level).select("node_key", "unit_code")


def _one_unit() -> pl.Expr:
    return pl.when(pl.col("unit_code").n_unique() > 1).then(pl.lit("mixed")).otherwise(pl.col("unit_code").first())


def _naive_returns(history: DemandHistory, rows: pl.DataFrame) -> pl.DataFrame:
    came = with_attributes(history.returns, history.products).with_columns(pl.lit("unknown").alias("channel_code"))
    weeks = rows["week_start_on"].unique().sort().to_list()
    return pl.concat(
        [
            seasonal_naive(summed(came, level, "quantity"), weeks, history.last_week).with_columns(
                pl.lit(level).alias("level")
            )
            for level in RETURN_LEVELS
        ]
    )

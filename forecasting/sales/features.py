"""The table that the engine reads: every series in every week, with what is known beside its demand.

Comes in: the history, the calendar, planned promotions. Goes out: `EngineInput` (history and future as long tables). Called by
`forecasting.sales.run`.

A series is a category in a market and channel. Where that would be more series than the settings allow, channels are added up, then
markets.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from forecasting.sales.calendar import EVENTS, market_weeks
from forecasting.sales.history import WEEK, DemandHistory
from forecasting.sales.levels import LEVELS, node_key, with_attributes

GRAINS = ("category_market_channel", "category_market", "category")
# A stock-out of few of a category's products is what is normal, and buyers take another one.
FULLY_STOCKED = 0.9
WEEKS_WAITED_FOR = 4
YEAR = timedelta(weeks=52)
PROMOTION_ABOVE = 0.1


@dataclass(frozen=True)
class EngineInput:
    """`grain` is the level whose nodes are the series; `hierarchy` the columns that the series add up by."""

    grain: str
    hierarchy: tuple[str, ...]
    history: pl.DataFrame
    future: pl.DataFrame


def engine_input(
    history: DemandHistory, days: pl.DataFrame, planned: pl.DataFrame, *, horizon: int, most_series: int
) -> EngineInput:
    """Return the long tables of all series, complete from each series' first week to the end of the horizon."""
    lines = with_attributes(history.demand, history.products)
    grain = choose_grain(lines, most_series)
    columns = LEVELS[grain].columns
    sold = lines.group_by(*columns, "week_start_on").agg(pl.col("quantity", "gross_amount", "discount_amount").sum())
    first, last = sold["week_start_on"].min(), history.last_week + WEEK * horizon
    assert isinstance(first, date)
    weeks = pl.DataFrame({"week_start_on": pl.date_range(first, last, "1w", eager=True)})
    begun = sold.group_by(*columns).agg(pl.col("week_start_on").min().alias("first_week"))
    grid = begun.join(weeks, how="cross").filter(pl.col("week_start_on") >= pl.col("first_week")).drop("first_week")
    rows = grid.join(sold, on=[*columns, "week_start_on"], how="left")
    rows = rows.join(_stocked(history, lines, columns), on=[*columns, "week_start_on"], how="left")
    rows = _with_prices(rows, columns, planned)
    rows = _with_events(rows, days, first, last)
    rows = rows.with_columns(
        node_key(grain).alias("unique_id"),
        pl.col("week_start_on").alias("ds"),
        pl.col("quantity").fill_null(0.0).alias("y"),
        pl.col("is_stocked").fill_null(1.0),
    ).sort("unique_id", "ds")
    features = ["discount", "is_promotion", *EVENTS]
    features = [name for name in features if rows[name].n_unique() > 1]
    is_past = pl.col("ds") <= history.last_week
    return EngineInput(
        grain=grain,
        hierarchy=columns,
        history=rows.filter(is_past).select("unique_id", "ds", "y", *columns, "is_stocked", *features),
        future=rows.filter(~is_past).select("unique_id", "ds", *features),
    )


def choose_grain(lines: pl.DataFrame, most_series: int) -> str:
    """Return the finest grain with no more than `most_series` series."""
    for grain in GRAINS:
        if lines.select(LEVELS[grain].columns).n_unique() <= most_series:
            return grain
    return GRAINS[-1]


def _stocked(history: DemandHistory, lines: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Return the share of each week in which a series could be bought.

    Each product counts by its usual demand in the series, from its first to its last week with sales and some weeks more: what
    is sold out for good is no stock-out.
    """
    lives = (
        lines.group_by("product_key", *columns)
        .agg(
            pl.col("week_start_on").min().alias("first_on"),
            (pl.col("week_start_on").max() + WEEK * WEEKS_WAITED_FOR).alias("last_on"),
            pl.col("quantity").sum(),
        )
        .with_columns(
            (pl.col("quantity") / ((pl.col("last_on") - pl.col("first_on")).dt.total_days() / 7 - WEEKS_WAITED_FOR + 1))
            .clip(lower_bound=0.0)
            .alias("weight")
        )
    )
    # A product's own life first: a year of empty shelves after it would be joined to every market.
    whole = lives.group_by("product_key").agg(pl.col("first_on").min(), pl.col("last_on").max())
    stock = history.stock.join(whole, on="product_key").filter(
        pl.col("week_start_on").is_between(pl.col("first_on"), pl.col("last_on"))
    )
    weighted = lives.join(stock.drop("first_on", "last_on"), on="product_key").filter(
        pl.col("week_start_on").is_between(pl.col("first_on"), pl.col("last_on"))
    )
    shares = weighted.group_by(*columns, "week_start_on").agg(
        ((pl.col("stocked_share") * pl.col("weight")).sum() / pl.col("weight").sum()).alias("is_stocked")
    )
    share = pl.col("is_stocked").fill_nan(1.0)
    return shares.with_columns(pl.when(share >= FULLY_STOCKED).then(1.0).otherwise(share).alias("is_stocked"))


def _with_prices(rows: pl.DataFrame, columns: Sequence[str], planned: pl.DataFrame) -> pl.DataFrame:
    """Add the discount as a share of the list price: what it was, what is planned, or else what it was a year before."""
    rows = rows.with_columns(
        pl.when(pl.col("gross_amount") > 0)
        .then(pl.col("discount_amount") / pl.col("gross_amount"))
        .clip(0.0, 1.0)
        .alias("discount_known")
    )
    before = rows.select(*columns, pl.col("week_start_on") + YEAR, pl.col("discount_known").alias("discount_before"))
    usual = rows.group_by(*columns).agg(pl.col("discount_known").median().alias("discount_usual"))
    rows = rows.join(before, on=[*columns, "week_start_on"], how="left").join(usual, on=list(columns), how="left")
    rows = rows.join(_planned_discounts(rows, planned), on=[*columns, "week_start_on"], how="left")
    discount = pl.coalesce("discount_known", "discount_planned", "discount_before", "discount_usual", pl.lit(0.0))
    return rows.with_columns(discount.alias("discount")).with_columns(
        (pl.col("discount") > pl.col("discount_usual").fill_null(0.0) + PROMOTION_ABOVE)
        .cast(pl.Float64)
        .alias("is_promotion")
    )


def _planned_discounts(rows: pl.DataFrame, planned: pl.DataFrame) -> pl.DataFrame:
    keys = [name for name in ("category_name", "market_code", "channel_code", "week_start_on") if name in rows.columns]
    cells = rows.select(keys)
    matched = [cells.head(0).with_columns(pl.lit(None, dtype=pl.Float64).alias("discount_planned"))]
    for plan in planned.iter_rows(named=True):
        is_meant = pl.col("week_start_on").is_between(plan["from_on"] - timedelta(days=6), plan["to_on"])
        for name in ("category_name", "market_code", "channel_code"):
            if plan[name] is not None and name in keys:
                is_meant &= pl.col(name) == plan[name]
        matched.append(
            cells.filter(is_meant).with_columns(pl.lit(plan["discount"]).cast(pl.Float64).alias("discount_planned"))
        )
    return pl.concat(matched).group_by(keys).agg(pl.col("discount_planned").max())


def _with_events(rows: pl.DataFrame, days: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    if "market_code" in rows.columns:
        events = market_weeks(days, rows["market_code"].unique().to_list(), first, last)
        rows = rows.join(events, on=["market_code", "week_start_on"], how="left")
    else:
        events = market_weeks(days, ["unknown"], first, last).drop("market_code")
        rows = rows.join(events, on="week_start_on", how="left")
    return rows.with_columns(pl.col(name).fill_null(0.0) for name in EVENTS)

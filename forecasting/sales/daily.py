"""The near days: the first weeks of the forecast split by weekday, holiday and shopping day.

Comes in: cells of the first weeks, demand of past days, the calendar. Goes out: quantities per day that add up to their weeks exactly.
Called by `forecasting.sales.run`.
"""

from datetime import timedelta

import polars as pl

from forecasting.sales.calendar import market_holidays
from forecasting.sales.history import WEEK, DemandHistory

DAILY_LEVELS = ("total", "category_market", "sku")
# A market's weekdays count for as much as this many units of all markets' weekdays.
UNITS_OF_DOUBT = 200.0
LEAST_EVENT_DAYS = 5
EVENTS = ("black_friday_days", "singles_days", "eid_days", "holiday")


def day_shares(history: DemandHistory, days: pl.DataFrame, near_days: int) -> pl.DataFrame:
    """Return market_code, week_start_on, date_on and the `share` of the week's demand that falls on the day."""
    markets = history.days["market_code"].unique().sort()
    weekdays = _weekday_shares(history.days)
    first, last = history.last_week + WEEK, history.last_week + WEEK + timedelta(days=near_days - 1)
    known = _with_events(history.days.select("market_code", pl.col("ordered_on").alias("date_on"), "quantity"), days)
    factors = _event_factors(known, weekdays)
    # A week is split as a whole, also where the near days end within it.
    last_sunday = last + timedelta(days=6 - last.weekday())
    coming = pl.DataFrame({"date_on": pl.date_range(first, last_sunday, "1d", eager=True)})
    coming = _with_events(pl.DataFrame({"market_code": markets}).join(coming, how="cross"), days)
    coming = coming.with_columns(pl.col("date_on").dt.weekday().alias("weekday")).join(
        weekdays, on=["market_code", "weekday"], how="left"
    )
    factor = pl.lit(1.0)
    for event in EVENTS:
        factor = pl.when(pl.col(event) > 0).then(factor * factors[event]).otherwise(factor)
    coming = coming.with_columns(
        (pl.col("share").fill_null(1 / 7) * factor).alias("share"),
        pl.col("date_on").dt.truncate("1w").alias("week_start_on"),
    )
    return coming.select(
        "market_code",
        "week_start_on",
        "date_on",
        pl.col("share") / pl.col("share").sum().over("market_code", "week_start_on"),
    ).sort("market_code", "date_on")


def split_days(cells: pl.DataFrame, shares: pl.DataFrame) -> pl.DataFrame:
    """Split the `units` of product × market × week cells into whole units a day."""
    near = cells.join(shares, on=["market_code", "week_start_on"], how="inner")
    by = ["product_key", "market_code", "channel_code", "week_start_on"]
    unknown = cells.join(shares.select("week_start_on").unique(), on="week_start_on").join(
        shares.select("market_code").unique(), on="market_code", how="anti"
    )
    if not unknown.is_empty():
        even = unknown.join(pl.DataFrame({"day": list(range(7))}), how="cross").with_columns(
            (pl.col("week_start_on") + pl.duration(days=pl.col("day"))).cast(pl.Date).alias("date_on"),
            pl.lit(1 / 7).alias("share"),
        )
        near = pl.concat([near, even.select(near.columns)])
    # Rounding the running sum keeps the sum of the days that of the week.
    until = (pl.col("units") * pl.col("share").cum_sum().over(by, order_by="date_on")).round().cast(pl.Int64)
    near = near.with_columns(until.alias("until"))
    return near.with_columns(
        (pl.col("until") - pl.col("until").shift(1).over(by, order_by="date_on").fill_null(0)).alias("units")
    ).drop("until", "share")


def _weekday_shares(days: pl.DataFrame) -> pl.DataFrame:
    sold = days.with_columns(pl.col("ordered_on").dt.weekday().alias("weekday"), pl.col("quantity").clip(0))
    grid = (
        sold.select("market_code")
        .unique()
        .join(pl.DataFrame({"weekday": list(range(1, 8))}, schema={"weekday": pl.Int8}), how="cross")
    )
    everywhere = sold.group_by("weekday").agg(pl.col("quantity").sum().alias("all"))
    here = sold.group_by("market_code", "weekday").agg(pl.col("quantity").sum().alias("here"))
    joined = (
        grid.join(here, on=["market_code", "weekday"], how="left")
        .join(everywhere, on="weekday", how="left")
        .with_columns(pl.col("here", "all").fill_null(0.0))
    )
    everyone = (pl.col("all") + 1.0) / (pl.col("all") + 1.0).sum().over("market_code")
    own = pl.col("here").sum().over("market_code")
    return joined.select(
        "market_code", "weekday", ((pl.col("here") + UNITS_OF_DOUBT * everyone) / (own + UNITS_OF_DOUBT)).alias("share")
    )


def _with_events(rows: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    rows = rows.join(days.select("date_on", "black_friday_days", "singles_days", "eid_days"), on="date_on", how="left")
    if rows.is_empty():
        return rows.with_columns(pl.lit(0).alias("holiday"))
    first, last = rows["date_on"].min(), rows["date_on"].max()
    closed = sorted(market_holidays(rows["market_code"].unique().to_list(), first, last))  # type: ignore[arg-type]
    public = pl.DataFrame(
        [(market, day, 1) for market, day in closed],
        schema={"market_code": pl.String, "date_on": pl.Date, "holiday": pl.Int32},
        orient="row",
    )
    return rows.join(public, on=["market_code", "date_on"], how="left").with_columns(pl.col(*EVENTS).fill_null(0))


def _event_factors(known: pl.DataFrame, weekdays: pl.DataFrame) -> dict[str, float]:
    """Return how much more of its week a day of an event sells than that weekday does otherwise; 1 where too few were seen."""
    rows = known.with_columns(
        pl.col("date_on").dt.weekday().alias("weekday"),
        pl.col("quantity").sum().over("market_code", pl.col("date_on").dt.truncate("1w")).alias("week"),
    ).join(weekdays, on=["market_code", "weekday"])
    factors = {}
    for event in EVENTS:
        seen = rows.filter(pl.col(event) > 0)
        expected = float((seen["week"] * seen["share"]).sum())
        is_enough = seen["date_on"].n_unique() >= LEAST_EVENT_DAYS and expected > 0
        factors[event] = min(max(float(seen["quantity"].sum()) / expected, 0.2), 5.0) if is_enough else 1.0
    return factors

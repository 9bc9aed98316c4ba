"""What is known of coming weeks: feasts that move, shopping days and public holidays, per market.

Comes in: the days of `marts.dim_date`, markets, and the weeks to describe. Goes out: one row per market and week with how many of its
days fall into each event. Called by `forecasting.sales.features`.
"""

from collections.abc import Sequence
from datetime import date

import duckdb
import polars as pl

EVENTS = ("ramadan_days", "eid_days", "black_friday_days", "singles_days", "holiday_days")
ISLAMIC = ("ramadan_days", "eid_days")

# Black Friday lasts to the Monday after it.
DAYS = """
    SELECT
        date_on,
        date_trunc('week', date_on) :: DATE AS week_start_on,
        is_ramadan :: INTEGER AS ramadan_days,
        is_eid :: INTEGER AS eid_days,
        (is_black_friday OR is_cyber_monday OR coalesce(lag(is_black_friday) OVER days, false)
            OR coalesce(lag(is_black_friday, 2) OVER days, false)) :: INTEGER AS black_friday_days,
        is_singles_day :: INTEGER AS singles_days
    FROM lake.marts.dim_date
    WHERE date_on IS NOT NULL
    WINDOW days AS (ORDER BY date_on)
    ORDER BY date_on
"""


def read_days(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return the company's days with their events."""
    return con.execute(DAYS).pl()


def market_weeks(days: pl.DataFrame, markets: Sequence[str], first: date, last: date) -> pl.DataFrame:
    """Return market_code, week_start_on and the events, for every week from `first` to `last` that the calendar has.

    Ramadan and Eid count in markets that have Eid as a public holiday: elsewhere few shop for them.
    """
    spanned = days.filter(pl.col("week_start_on").is_between(first, last))
    years = range(first.year, last.year + 2)
    frames = []
    for market in sorted(set(markets)):
        public = _public_holidays(market, years)
        is_islamic = any("eid" in name.lower() for name in public.values())
        frames.append(
            spanned.with_columns(
                pl.lit(market).alias("market_code"),
                *(pl.col(name) * int(is_islamic) for name in ISLAMIC),
                pl.col("date_on").is_in(list(public)).cast(pl.Int32).alias("holiday_days"),
            )
        )
    empty = {"market_code": pl.String, "week_start_on": pl.Date} | dict.fromkeys(EVENTS, pl.Float64)
    if not frames or spanned.is_empty():
        return pl.DataFrame(schema=empty)
    weeks = pl.concat(frames).group_by("market_code", "week_start_on").agg(pl.col(*EVENTS).sum().cast(pl.Float64))
    return weeks.select(list(empty)).sort("market_code", "week_start_on")


def market_holidays(markets: Sequence[str], first: date, last: date) -> set[tuple[str, date]]:
    """Return (market, day) of the public holidays between two days."""
    years = range(first.year, last.year + 1)
    return {(market, day) for market in set(markets) for day in _public_holidays(market, years) if first <= day <= last}


def _public_holidays(market: str, years: range) -> dict[date, str]:
    import holidays

    try:
        return dict(holidays.country_holidays(market, years=years, language="en_US"))
    except NotImplementedError:
        # No country, such as 'unknown'.
        return {}

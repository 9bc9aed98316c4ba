"""Days, weeks and months as whole numbers, and what is usual for each: season, windows, how much history models see.

Comes in: the name of a frequency and dates. Goes out: `Frequency`, which turns dates into period numbers and back. Called
by nearly all of `forecasting.demand`.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

EPOCH = date(1970, 1, 1)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Frequency:
    """One frequency; `anchor` is the weekday of weeks (0 is Monday) or 1 for months dated at their end."""

    code: str
    season: int
    recent: int
    long: int
    fitted: int
    anchor: int = 0

    def number(self, column: str) -> pl.Expr:
        """Return the period number of a date column."""
        days = (pl.col(column) - pl.lit(EPOCH)).dt.total_days()
        if self.code == "W":
            # 1970-01-01 was a Thursday.
            return (days + 3 - self.anchor) // 7
        if self.code == "M":
            return pl.col(column).dt.year().cast(pl.Int64) * 12 + pl.col(column).dt.month() - 1
        return days

    def dates(self, first: int, count: int) -> list[date]:
        """Return the dates of `count` periods from period `first` on."""
        return [self.date(first + step) for step in range(count)]

    def date(self, number: int) -> date:
        """Return the date of a period number."""
        if self.code == "W":
            return EPOCH + timedelta(days=number * 7 - 3 + self.anchor)
        if self.code == "M":
            if self.anchor:
                return date((number + 1) // 12, (number + 1) % 12 + 1, 1) - timedelta(days=1)
            return date(number // 12, number % 12 + 1, 1)
        return EPOCH + timedelta(days=number)

    @property
    def noun(self) -> str:
        """Return the word for one period."""
        return {"D": "day", "W": "week", "M": "month"}[self.code]

    @property
    def fallow(self) -> int:
        """Return after how many periods without demand a series is looked at as ended."""
        return {"D": 91, "W": 26, "M": 9}[self.code]

    @property
    def year(self) -> int:
        """Return how many periods a year has."""
        return {"D": 365, "W": 52, "M": 12}[self.code]


# season, recent mean, long mean, and how many of the newest periods the statistical models see.
KNOWN = {
    "D": Frequency("D", season=7, recent=28, long=91, fitted=400),
    "W": Frequency("W", season=52, recent=8, long=26, fitted=260),
    "M": Frequency("M", season=12, recent=3, long=9, fitted=120),
}
NAMES = {"D": "D", "DAY": "D", "DAILY": "D", "W": "W", "WEEK": "W", "WEEKLY": "W", "M": "M", "MS": "M", "ME": "M"}
NAMES |= {"MONTH": "M", "MONTHLY": "M", "1D": "D", "1W": "W", "1MO": "M"}


def known_frequency(name: str) -> Frequency | None:
    """Return the frequency called `name` (D, W, W-SUN, M, week …), or None."""
    code = NAMES.get(name.upper().split("-")[0])
    return KNOWN[code] if code else None

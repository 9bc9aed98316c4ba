"""How figures are written: one rule per kind of figure, the same in cards, tables and charts.

Comes in: numbers and dates, maybe missing. Goes out: text. Called by pages, cards and tables.
"""

import math
from datetime import date, datetime
from decimal import Decimal

import pandas as pd

MISSING = "–"
UNCHANGED = "unchanged"
NARROW_SPACE = "\u202f"
SHORT_SCALES = ((1_000_000_000, "bn"), (1_000_000, "M"))

Figure = float | int | Decimal | None


def is_missing(value: object) -> bool:
    """Whether there is no figure: None, NaN, NaT."""
    return value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def count(value: Figure) -> str:
    """1,234,567."""
    return MISSING if value is None or is_missing(value) else f"{value:,.0f}"


def quantity(value: Figure) -> str:
    """1,234 or 1,234.5: decimals only where there are any."""
    if value is None or is_missing(value):
        return MISSING
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def total(value: Figure) -> str:
    """1,234 or 1,234.50: a total of rows, quantities or money."""
    return money(value).removesuffix(".00")


def money(value: Figure) -> str:
    """1,234.50, without the currency, which the column's heading names."""
    return MISSING if value is None or is_missing(value) else f"{value:,.2f}"


def money_short(value: Figure, currency: str) -> str:
    """USD 1.23 M, for cards."""
    if value is None or is_missing(value):
        return MISSING
    for scale, name in SHORT_SCALES:
        if abs(float(value)) >= scale:
            return f"{currency} {float(value) / scale:,.2f}{NARROW_SPACE}{name}"
    return f"{currency} {value:,.0f}"


def percent(value: Figure) -> str:
    """12.3 % of a ratio of 0.123."""
    return MISSING if value is None or is_missing(value) else f"{float(value) * 100:,.1f}{NARROW_SPACE}%"


def decimal(value: Figure) -> str:
    """12.3."""
    return MISSING if value is None or is_missing(value) else f"{value:,.1f}"


def day(value: date | datetime | None) -> str:
    """28 Dec 2025."""
    if value is None or is_missing(value):
        return MISSING
    return f"{value.day} {value:%b %Y}"


def iso_day(value: date | datetime | None) -> str:
    """2025-12-28, for tables."""
    return MISSING if value is None or is_missing(value) else f"{value:%Y-%m-%d}"


def moment(value: datetime | None) -> str:
    """28 Dec 2025, 14:05 UTC."""
    return MISSING if value is None or is_missing(value) else f"{day(value)}, {value:%H:%M} UTC"


def iso_moment(value: datetime | None) -> str:
    """2025-12-28 14:05:09, for tables."""
    return MISSING if value is None or is_missing(value) else f"{value:%Y-%m-%d %H:%M:%S}"


def yes_no(value: object) -> str:
    """Yes, no, or the dash for what nobody can say yet."""
    return MISSING if is_missing(value) or value is pd.NA else ("yes" if value else "no")


def text(value: object) -> str:
    """The text itself."""
    return MISSING if is_missing(value) or value is pd.NA else str(value)


def change(now: Figure, before: Figure, *, is_ratio: bool = False) -> str | None:
    """+4.2 % between two figures, +1.3 pp between two ratios; None where there is nothing to compare with.

    What rounds to nothing is `UNCHANGED`: it went neither up nor down.
    """
    if now is None or before is None or is_missing(now) or is_missing(before) or not (before or is_ratio):
        return None
    points = float(now) - float(before) if is_ratio else float(now) / float(before) - 1
    text = f"{points * 100:+,.1f}"
    return UNCHANGED if not float(text.replace(",", "")) else f"{text}{NARROW_SPACE}{'pp' if is_ratio else '%'}"

"""How busy each day is in each market: growth, seasons, weekdays, drops, and the feasts and sales of the year.

Comes in: the company's calendar. Goes out: expected orders by market and day, and the promotion that runs. Called by demand and catalogue.
"""

from datetime import date, timedelta

import numpy as np
import polars as pl

from simulation.company import (
    BLACK_FRIDAYS,
    DAYS,
    EID_AL_ADHA,
    EID_AL_FITR,
    FIRST_DAY,
    GULF,
    LAST_DAY,
    MARKETS,
    RAMADANS,
)
from simulation.world.clock import Floats, Ints, day_number

ORDERS_AT_SCALE_1 = 50_000
MONTH_FACTOR = (1.00, 0.88, 1.02, 1.08, 1.10, 1.04, 0.94, 0.86, 1.02, 1.06, 1.16, 1.18)
WEEKDAY_FACTOR = (0.98, 0.96, 0.96, 1.04, 0.94, 0.98, 1.14)
# Promotions: code, basis points off. The first is none.
PROMOTIONS = (("", 0), ("BLACK25", 2500), ("SINGLES11", 1100), ("EID15", 1500), ("SUMMER20", 2000), ("NEWYEAR20", 2000))


def all_days() -> list[date]:
    """Every day of the world."""
    return [FIRST_DAY + timedelta(days=number) for number in range(DAYS)]


def _between(first: date, last: date) -> slice:
    return slice(max(0, day_number(first)), max(0, day_number(last) + 1))


def promotions() -> Ints:
    """Which promotion runs: a place in PROMOTIONS by market and day."""
    running = np.zeros((len(MARKETS), DAYS), dtype=np.int64)
    gulf = np.array([market.region == GULF for market in MARKETS])
    for year in range(FIRST_DAY.year, LAST_DAY.year + 1):
        running[~gulf, _between(date(year, 7, 1), date(year, 7, 10))] = 4
        running[:, _between(date(year, 12, 27), date(year, 12, 31))] = 5
        running[:, _between(date(year, 11, 11), date(year, 11, 11))] = 2
    for friday in BLACK_FRIDAYS:
        running[:, _between(friday - timedelta(days=1), friday + timedelta(days=3))] = 1
    for eid in (*EID_AL_FITR, *EID_AL_ADHA):
        running[gulf, _between(eid - timedelta(days=10), eid - timedelta(days=1))] = 3
    return running


def expected_orders(scale: float) -> Floats:
    """Expected orders by market and day; the first three years add up to the scale."""
    days = all_days()
    base = np.array([MONTH_FACTOR[day.month - 1] * WEEKDAY_FACTOR[day.weekday()] for day in days])
    base *= 1.0 + 0.55 * np.arange(DAYS) / DAYS
    # Drops come every other Thursday.
    base *= np.array([1.25 if day.weekday() == 3 and (day.toordinal() // 7) % 2 == 0 else 1.0 for day in days])
    busy = np.tile(base, (len(MARKETS), 1)) * np.array([market.share for market in MARKETS])[:, None]
    uplift = np.array([1.0, 2.6, 1.7, 1.5, 1.4, 1.3])
    busy *= uplift[promotions()]
    gulf = [number for number, market in enumerate(MARKETS) if market.region == GULF]
    for first, last in RAMADANS:
        busy[gulf, _between(first, last)] *= 1.35
    for eid in (*EID_AL_FITR, *EID_AL_ADHA):
        busy[gulf, _between(eid, eid + timedelta(days=2))] *= 0.45
    three_years = day_number(LAST_DAY) + 1
    return busy * (ORDERS_AT_SCALE_1 * scale / busy[:, :three_years].sum())


def frame() -> pl.DataFrame:
    """The calendar as a table: one row a day."""
    days = all_days()
    running = promotions()
    gulf = next(number for number, market in enumerate(MARKETS) if market.region == GULF)
    codes = [code for code, _ in PROMOTIONS]
    return pl.DataFrame(
        {
            "day": days,
            "is_drop": [day.weekday() == 3 and (day.toordinal() // 7) % 2 == 0 for day in days],
            "is_black_friday": [day in BLACK_FRIDAYS for day in days],
            "is_ramadan": [any(first <= day <= last for first, last in RAMADANS) for day in days],
            "is_eid": [
                any(eid <= day <= eid + timedelta(days=2) for eid in (*EID_AL_FITR, *EID_AL_ADHA)) for day in days
            ],
            "promotion_europe": [codes[number] or None for number in running[0]],
            "promotion_gulf": [codes[number] or None for number in running[gulf]],
        }
    )

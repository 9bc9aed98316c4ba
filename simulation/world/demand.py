"""What people wanted to buy: orders and their lines, before stock says no.

Comes in: plan and catalogue. Goes out: `Wanted`, arrays over orders (in order of time) and lines. Called by the world.
"""

from dataclasses import dataclass

import numpy as np

from simulation.company import DAYS, FIRST_DAY, MARKETS
from simulation.world import tastes
from simulation.world.calendar import PROMOTIONS, all_days, expected_orders, promotions
from simulation.world.catalogue import WEEKS, Catalogue, weekly_weights
from simulation.world.clock import DAY_SECONDS, Flags, Floats, Ints, Plan, at, pick

LINES_MEAN = 1.55
# Lines that stock will refuse: so many more orders are wanted than the scale says.
CENSORED = 1.06
NEWSLETTER = len(PROMOTIONS)
CODES = (*(code for code, _ in PROMOTIONS), "NEWS10")
CODE_BPS = np.array([*(bps for _, bps in PROMOTIONS), 1000])


@dataclass
class Wanted:
    """Arrays over wanted orders, and over their lines (`line_*`); `expected` is units by week, SKU and region."""

    market: Ints
    day: Ints
    ordered_at: Ints
    person: Ints
    code: Ints
    is_express: Flags
    is_app: Flags
    is_guest: Flags
    is_second_account: Flags
    line_order: Ints
    line_sku: Ints
    line_quantity: Ints
    line_region: Ints
    persons: int
    person_market: Ints
    expected: Floats


def _people(draws: np.random.Generator, market: Ints) -> tuple[Ints, Ints]:
    """Give every order a person: a few buy often, most once or twice."""
    person = np.zeros(len(market), dtype=np.int64)
    homes: list[Ints] = []
    known = 0
    for number in range(len(MARKETS)):
        orders = np.flatnonzero(market == number)
        people = max(4, round(len(orders) / 1.9))
        person[orders] = known + pick(draws, draws.lognormal(0, 1.0, people), len(orders))
        homes.append(np.full(people, number))
        known += people
    return person, np.concatenate(homes)


def _skus(draws: np.random.Generator, weights: Floats, week: Ints, region: Ints) -> Ints:
    """Draw a SKU for each line by its week and region; lines are in order of time."""
    chosen = np.zeros(len(week), dtype=np.int64)
    uniform = draws.random(len(week))
    edges = np.searchsorted(week, np.arange(WEEKS + 1))
    for number in range(WEEKS):
        begin, end = edges[number], edges[number + 1]
        for place in range(3):
            lines = begin + np.flatnonzero(region[begin:end] == place)
            if len(lines):
                shares = np.cumsum(weights[number, :, place])
                chosen[lines] = np.minimum(
                    np.searchsorted(shares, uniform[lines] * shares[-1], side="right"), weights.shape[1] - 1
                )
    return chosen


def make(plan: Plan, catalogue: Catalogue) -> Wanted:
    """Draw the orders of the whole horizon."""
    draws = plan.draws("demand")
    expected = expected_orders(plan.scale) * CENSORED
    counts = draws.poisson(expected)
    market = np.repeat(np.arange(len(MARKETS)), counts.sum(axis=1))
    day = np.concatenate([np.repeat(np.arange(DAYS), row) for row in counts])
    # Evenings are busiest; an hour is that of the market, a day is that of UTC.
    hour_shares = np.array(
        [2, 1, 1, 1, 1, 2, 3, 5, 6, 7, 7, 7, 8, 8, 7, 7, 7, 8, 9, 11, 12, 12, 9, 5], dtype=np.float64
    )
    offset = np.array([m.utc_offset for m in MARKETS])[market]
    second = ((pick(draws, hour_shares, len(day)) - offset) % 24) * 3600 + draws.integers(0, 3600, len(day))
    ordered_at = at(day, second)
    order = np.lexsort((market, ordered_at))
    market, day, ordered_at = market[order], day[order], ordered_at[order]
    person, person_market = _people(draws, market)
    running = promotions()[market, day]
    uses = draws.random(len(day))
    code = np.where((running > 0) & (uses < 0.8), running, np.where(uses > 0.92, NEWSLETTER, 0))

    lines = 1 + np.minimum(draws.poisson(LINES_MEAN, len(day)), 9)
    line_order = np.repeat(np.arange(len(day)), lines)
    region = np.array([m.region for m in MARKETS])
    line_region = region[market[line_order]]
    months = np.array([d.month - 1 for d in all_days()])[np.minimum(np.arange(WEEKS) * 7, DAYS - 1)]
    weights = weekly_weights(catalogue, months)
    sku = _skus(draws, weights, day[line_order] // 7, line_region)
    person = tastes.match(plan, catalogue, market, person, person_market, line_order, sku)
    by_region = np.stack([expected[region == place].sum(axis=0) for place in range(3)], axis=1)
    weekly = np.add.reduceat(by_region, np.arange(0, DAYS, 7), axis=0)
    weekly = np.vstack([weekly, np.repeat(weekly[-1:], WEEKS - len(weekly), axis=0)])
    units = weekly * (1 + LINES_MEAN) * 1.08
    guest = draws.random(len(day)) < 0.13
    second_account = (draws.random(person_market.size) < 0.06)[person] & (draws.random(len(day)) < 0.5)
    return Wanted(
        market=market,
        day=day,
        ordered_at=ordered_at,
        person=person,
        code=code,
        is_express=draws.random(len(day)) < 0.12,
        is_app=draws.random(len(day)) < 0.42,
        is_guest=guest,
        is_second_account=second_account & ~guest,
        line_order=line_order,
        line_sku=sku,
        line_quantity=1 + (draws.random(len(line_order)) < 0.07) + (draws.random(len(line_order)) < 0.01),
        line_region=line_region,
        persons=person_market.size,
        person_market=person_market,
        expected=weights * units[:, None, :],
    )


def weekday(day: Ints) -> Ints:
    """Monday is 0."""
    return (day + FIRST_DAY.weekday()) % 7


def second_of_day(draws: np.random.Generator, first_hour: int, last_hour: int, size: int) -> Ints:
    """A second between two hours."""
    return draws.integers(first_hour * 3600, last_hour * 3600, size) % DAY_SECONDS

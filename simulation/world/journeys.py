"""What will become of each wanted order: cancelled or packed, its parcels, their way, and what comes back.

Comes in: wanted orders. Goes out: `Journeys`, times in seconds since 1970, NEVER where nothing happens. Called by the world before the
stock is played day by day, since what comes back can be sold again.
"""

from dataclasses import dataclass

import numpy as np

from simulation.company import DAY_SECONDS, GULF, MARKETS
from simulation.world.calendar import promotions
from simulation.world.catalogue import CATEGORIES, Catalogue
from simulation.world.clock import NEVER, Flags, Ints, Plan, at, day_of, pick, within
from simulation.world.demand import Wanted, second_of_day, weekday

REASONS = ("size", "changed_mind", "not_as_described", "quality", "late", "wrong_item", "unknown_stated")
REASON_SHARES = np.array([52, 19, 11, 8, 2, 3, 5], dtype=np.float64)
LATE = REASONS.index("late")
QUALITY = REASONS.index("quality")
# Of all orders of the Gulf; about an eighth of those that are paid in cash.
REFUSED_SHARE = 0.026


@dataclass
class Journeys:
    """Arrays over orders, over their up to two parcels (order x parcel), and over lines (`line_*`)."""

    cancelled_at: Ints
    carrier: Ints
    promised_day: Ints
    shipped_at: Ints
    delivered_at: Ints
    hold_at: Ints
    cleared_at: Ints
    failed_at: Ints
    is_lost: Flags
    refused_at: Ints
    sent_back_at: Ints
    return_asked_at: Ints
    return_received_at: Ints
    refunded_at: Ints
    line_parcel: Ints
    line_returned: Ints
    line_reason: Ints
    line_is_restocked: Flags


def _next_workday(day: Ints) -> Ints:
    names = weekday(day)
    return day + np.where(names == 6, 1, np.where(names == 5, 2, 0))


def _parcels(draws: np.random.Generator, wanted: Wanted) -> Ints:
    """Larger orders sometimes go in two parcels: their last lines in the second."""
    lines = np.bincount(wanted.line_order, minlength=len(wanted.day))
    split = (lines >= 3) & (draws.random(len(lines)) < 0.14)
    place = within(wanted.line_order)
    return (split[wanted.line_order] & (place >= lines[wanted.line_order] - 1)).astype(np.int64)


def _refusals(plan: Plan, wanted: Wanted, may_be: Flags, arrival: Ints) -> tuple[Ints, Ints]:
    """When a parcel that was to be paid at the door was refused, and when it was back; only in the Gulf is cash paid at doors."""
    draws = plan.draws("refusals")
    orders = len(wanted.day)
    in_gulf = np.array([market.region == GULF for market in MARKETS])[wanted.market]
    refused = may_be & in_gulf & (draws.random(orders) < REFUSED_SHARE)
    back = _next_workday(day_of(arrival) + draws.integers(4, 10, orders))
    back_at = at(back, second_of_day(draws, 7, 15, orders))
    return np.where(refused, arrival, NEVER), np.where(refused, back_at, NEVER)


def make(plan: Plan, wanted: Wanted, catalogue: Catalogue) -> Journeys:
    """Draw the journeys."""
    draws = plan.draws("journeys")
    orders = len(wanted.day)
    peak = promotions()[wanted.market, wanted.day] > 0
    cancelled = draws.random(orders) < 0.012
    cancelled_at = np.where(cancelled, wanted.ordered_at + draws.integers(600, 3 * 3600, orders), NEVER)

    transit = np.array([m.transit_days for m in MARKETS])[wanted.market]
    transit = np.where(wanted.is_express, np.maximum(1, transit - 2), transit)
    late_in_day = (wanted.ordered_at % DAY_SECONDS) > 12 * 3600
    handling = late_in_day + draws.poisson(0.25, orders) + np.where(peak, draws.poisson(1.1, orders), 0)
    promised = _next_workday(wanted.day + 1) + transit + 1
    first = np.maximum(_next_workday(wanted.day + handling), wanted.day)
    # Nothing leaves before it was ordered, nor while it may still be cancelled.
    first_at = np.maximum(at(first, second_of_day(draws, 8, 19, orders)), wanted.ordered_at + 4 * 3600)
    second_day = _next_workday(day_of(first_at) + draws.integers(1, 4, orders))
    shipped = np.stack([first_at, at(second_day, second_of_day(draws, 8, 19, orders))], axis=1)

    other = draws.random(orders) < 0.3
    way = np.maximum(
        1, transit[:, None] + pick(draws, np.array([18, 54, 16, 7, 3, 2.0]), orders * 2).reshape(-1, 2) - 1
    )
    way += np.where(other[:, None], draws.binomial(1, 0.25, (orders, 2)), 0) + (
        peak[:, None] & (draws.random((orders, 2)) < 0.3)
    )
    hold = draws.random((orders, 2)) < np.array([m.hold_rate for m in MARKETS])[wanted.market][:, None]
    hold_days = draws.integers(1, 7, (orders, 2))
    failed = draws.random((orders, 2)) < 0.03
    arrival = day_of(shipped) + way + np.where(hold, hold_days, 0) + failed
    delivered = at(arrival, second_of_day(draws, 8, 20, orders * 2).reshape(-1, 2))
    lost = draws.random((orders, 2)) < 0.003
    hold_at = np.where(hold, shipped + 20 * 3600, NEVER)
    cleared_at = np.where(hold, hold_at + hold_days * DAY_SECONDS - 2 * 3600, NEVER)

    line_parcel = _parcels(draws, wanted)
    has_second = np.zeros(orders, dtype=bool)
    has_second[wanted.line_order[line_parcel == 1]] = True
    arrived = np.where(has_second, delivered.max(axis=1), delivered[:, 0])
    is_lost = lost & np.stack([np.ones(orders, dtype=bool), has_second], axis=1)
    refused_at, sent_back_at = _refusals(plan, wanted, ~cancelled & ~is_lost.any(axis=1) & ~has_second, delivered[:, 0])
    is_refused = refused_at < NEVER
    asked = arrived + draws.integers(1, 14, orders) * DAY_SECONDS + draws.integers(0, 20_000, orders)
    received = at(_next_workday(day_of(asked) + draws.integers(3, 10, orders)), second_of_day(draws, 7, 15, orders))
    refunded = received + draws.integers(1, 5, orders) * DAY_SECONDS + draws.integers(0, 9_000, orders)

    lines = len(wanted.line_order)
    category = catalogue.style_category[catalogue.sku_style[wanted.line_sku]]
    rate = np.array([m.return_rate for m in MARKETS])[wanted.market][wanted.line_order]
    rate = rate * np.array([c.returns for c in CATEGORIES])[category] * 0.9
    is_late = (day_of(arrived) > promised)[wanted.line_order]
    returned = draws.random(lines) < np.minimum(0.85, rate * np.where(is_late, 1.15, 1.0))
    returned &= ~(cancelled | is_lost.any(axis=1) | is_refused)[wanted.line_order]
    reason = pick(draws, REASON_SHARES, lines)
    reason = np.where(is_late & (draws.random(lines) < 0.15), LATE, reason)
    quantity = np.minimum(wanted.line_quantity, draws.integers(1, 4, lines))
    return Journeys(
        cancelled_at=cancelled_at,
        carrier=other.astype(np.int64),
        promised_day=promised,
        shipped_at=np.where(cancelled[:, None], NEVER, shipped),
        delivered_at=np.where(cancelled[:, None] | is_lost | is_refused[:, None], NEVER, delivered),
        hold_at=hold_at,
        cleared_at=cleared_at,
        failed_at=np.where(failed & ~is_lost, delivered - DAY_SECONDS + 3 * 3600, NEVER),
        is_lost=is_lost,
        refused_at=refused_at,
        sent_back_at=sent_back_at,
        return_asked_at=asked,
        return_received_at=received,
        refunded_at=refunded,
        line_parcel=line_parcel,
        line_returned=np.where(returned, quantity, 0),
        line_reason=reason,
        line_is_restocked=(draws.random(lines) < 0.96) & ((reason != QUALITY) | (draws.random(lines) < 0.4)),
    )

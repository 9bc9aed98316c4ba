"""Stock played day by day: what is received, made, sold, refused, counted, and ordered again.

Comes in: wanted lines and their journeys. Goes out: which lines stock allowed, and frames of purchase orders, receipts, production and
counts. Called by the world. One loop over days; within a day everything is arrays over cells (SKU x warehouse).
"""

from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import polars as pl

from simulation.company import DAYS, FIRST_DAY, LUNAR_NEW_YEARS, SUPPLIERS, WAREHOUSES
from simulation.world.catalogue import CATEGORIES, WEEKS, Catalogue
from simulation.world.clock import NEVER, Flags, Floats, Ints, Plan, dates, day_number, day_of, running_total
from simulation.world.demand import Wanted, weekday
from simulation.world.journeys import Journeys
from simulation.world.transfers import Transfer, wanted_transfers

REGIONS = len(WAREHOUSES)
REVIEW_WEEKDAY = 0
COUNT_WEEKDAY = 2
COVER_DAYS = 24


@dataclass
class Supply:
    """What the loop leaves behind."""

    accepted: Flags
    opening: Ints
    counts: pl.DataFrame
    purchase_orders: pl.DataFrame
    purchase_lines: pl.DataFrame
    receipts: pl.DataFrame
    transfers: pl.DataFrame
    production_orders: pl.DataFrame
    factory_minutes: Ints


@dataclass
class _Book:
    """Columns that grow by arrays, joined once at the end."""

    columns: dict[str, list[Ints]] = field(default_factory=dict)

    def add(self, **values: Ints | Flags) -> None:
        for name, value in values.items():
            self.columns.setdefault(name, []).append(np.asarray(value, dtype=np.int64))

    def arrays(self, *names: str) -> dict[str, Ints]:
        empty = [np.zeros(0, dtype=np.int64)]
        return {name: np.concatenate(self.columns.get(name, empty)) for name in names}


class _Loop:
    """The state of the stock and of everything on its way."""

    def __init__(self, plan: Plan, catalogue: Catalogue, wanted: Wanted) -> None:
        self.draws = plan.draws("supply")
        self.catalogue, self.wanted = catalogue, wanted
        self.cells = catalogue.skus * REGIONS
        style = np.repeat(catalogue.sku_style, REGIONS)
        self.maker = catalogue.style_maker[style]
        self.launch, self.life = catalogue.style_launch[style], catalogue.style_life[style]
        self.surprise = catalogue.style_surprise[style]
        self.minutes = np.array([c.minutes for c in CATEGORIES])[catalogue.style_category[style]]
        lead = np.array([*(s.lead_days for s in SUPPLIERS), 14])[self.maker]
        factory = np.tile([w.factory_transport_days for w in WAREHOUSES], catalogue.skus)
        self.lead = lead + np.where(self.maker < 0, factory, 0)
        self.transport = factory
        self.expected = wanted.expected.reshape(WEEKS, self.cells)
        self.ahead = np.vstack([np.cumsum(self.expected, axis=0), np.zeros((1, self.cells))])
        self.available = np.zeros(self.cells, dtype=np.int64)
        self.on_order = np.zeros(self.cells, dtype=np.int64)
        self.recent = np.zeros((2, self.cells))
        self.is_bought = np.zeros(self.cells, dtype=bool)
        self.arrivals: list[list[tuple[Ints, Ints, Ints]]] = [[] for _ in range(DAYS)]
        self.orders, self.lines, self.receipts, self.made, self.counted, self.transferred = (_Book() for _ in range(6))
        self.purchase_orders = self.production_orders = 0
        self._plan_factory()

    def _plan_factory(self) -> None:
        """Minutes that the factory can sew each day; a little more than it needs on average, so that it queues in the peaks."""
        need = (self.expected * np.where(self.maker < 0, self.minutes, 0)).sum() / DAYS
        day = np.arange(DAYS + 400)
        names = weekday(day)
        calendar = [FIRST_DAY + timedelta(days=number) for number in range(len(day))]
        summer = np.array([(8, 3) <= (d.month, d.day) <= (8, 16) for d in calendar])
        winter = np.array([(d.month, d.day) >= (12, 24) or (d.month, d.day) <= (1, 2) for d in calendar])
        open_share = np.where(names == 6, 0.0, np.where(names == 5, 0.5, 1.0)) * np.where(summer | winter, 0.0, 1.0)
        growth = 0.85 + 0.4 * day / DAYS
        self.capacity = np.maximum(0, np.rint(open_share * growth * max(need, 60) * 1.55)).astype(np.int64)
        self.capacity_so_far = np.cumsum(self.capacity)
        self.booked = 0

    def units(self, first: Ints, last: Ints) -> Floats:
        """Expected units of each cell from a day until another."""
        cell = np.arange(self.cells)
        end = np.clip(last // 7, 0, WEEKS) - 1
        begin = np.clip(first // 7, 0, WEEKS) - 1
        return self.ahead[end, cell] * (end >= 0) - self.ahead[begin, cell] * (begin >= 0)

    def open_shop(self) -> Ints:
        """Stock before the first day, also of what is launched too soon to be ordered."""
        soon = self.launch < self.lead + 10
        want = self.units(np.maximum(self.launch, 0), np.maximum(self.launch, 0) + 42) * self.surprise
        opening = np.where(soon, np.floor(want + 0.4 + 0.6 * self.draws.random(self.cells)), 0).astype(np.int64)
        self.is_bought |= soon
        self.available += opening
        return opening

    def review(self, day: int) -> None:
        """Order what the next weeks need, from suppliers and from the own factory."""
        reach = day + self.lead + 7
        is_new = ~self.is_bought & (self.launch <= reach)
        first_buy = self.units(self.launch, self.launch + 38) * self.surprise
        rate = (
            0.5 * self.recent.mean(axis=0) / 7
            + 0.5 * self.units(np.full(self.cells, day), np.full(self.cells, day + 14)) / 14
        )
        ends = self.launch + self.life
        sells_on = (self.launch <= day) & (ends > reach + 14)
        refill = rate * np.minimum(self.lead + COVER_DAYS, np.maximum(0, ends - day)) - self.available - self.on_order
        want = np.where(is_new, first_buy, np.where(sells_on, refill, 0))
        luck = np.where(is_new, 0.4, 0.1) + 0.6 * self.draws.random(self.cells)
        quantity = np.floor(np.maximum(want, 0) + luck).astype(np.int64)
        quantity = np.where(quantity > 24, -(-quantity // 5) * 5, quantity)
        quantity = np.where((quantity >= 2) | (is_new & (quantity > 0)), quantity, 0)
        self.is_bought |= is_new
        chosen = np.flatnonzero(quantity)
        bought = chosen[self.maker[chosen] >= 0]
        made = chosen[self.maker[chosen] < 0]
        if len(bought):
            self._purchase(day, bought, quantity[bought])
        if len(made):
            self._produce(day, made, quantity[made])

    def _purchase(self, day: int, cells: Ints, quantity: Ints) -> None:
        group = self.maker[cells] * REGIONS + cells % REGIONS
        order = np.lexsort((cells, group))
        cells, quantity, group = cells[order], quantity[order], group[order]
        groups, place = np.unique(group, return_inverse=True)
        numbers = 20_001 + self.purchase_orders + np.arange(len(groups))
        self.purchase_orders += len(groups)
        makers = groups // REGIONS
        lead = np.array([s.lead_days for s in SUPPLIERS])[makers]
        spread = np.array([s.lead_spread for s in SUPPLIERS])[makers]
        drift = np.array([s.drift_days for s in SUPPLIERS])[makers] * day / DAYS
        chinese = np.array([s.country == "CN" for s in SUPPLIERS])[makers]
        feast = any(0 <= day_number(new_year) + 7 - day <= 50 for new_year in LUNAR_NEW_YEARS)
        noise = self.draws.normal(0, 1, len(groups)) * spread + self.draws.exponential(1.0, len(groups)) * spread / 2
        real = np.maximum(5, np.rint(lead + drift + noise + np.where(chinese & feast, 10, 0))).astype(np.int64)
        cancelled = self.draws.random(len(groups)) < 0.01
        self.orders.add(
            po=numbers, maker=makers, warehouse=groups % REGIONS, ordered=np.full(len(groups), day),
            promised=day + lead, shipped=day + np.maximum(3, real - lead // 3), is_cancelled=cancelled,
        )  # fmt: skip
        number = np.cumsum(np.r_[1, np.ones(len(cells) - 1, dtype=np.int64)])
        first = np.searchsorted(place, np.arange(len(groups)))
        number = number - first[place]
        cost = self.catalogue.style_cost[self.catalogue.sku_style[cells // REGIONS]]
        self.lines.add(po=numbers[place], line=number, cell=cells, quantity=quantity, cost=cost)
        live = ~cancelled[place]
        cells, quantity, place, number = cells[live], quantity[live], place[live], number[live]
        makers = makers[place]
        self.on_order[cells] += quantity
        received = np.where(self.draws.random(len(cells)) < 0.02, np.maximum(1, quantity * 19 // 20), quantity)
        missing = quantity - received
        parted = (self.draws.random(len(cells)) < np.array([s.partial_rate for s in SUPPLIERS])[makers]) & (
            received >= 4
        )
        later = np.where(parted, received * 2 // 5, 0)
        reject_rate = np.array([s.reject_rate for s in SUPPLIERS])[makers]
        arrives = day + real[place]
        for part, on, short in ((received - later, arrives, missing), (later, arrives + 7, np.zeros_like(later))):
            some = part > 0
            rejected = self.draws.binomial(part, reject_rate)
            self.receipts.add(
                po=numbers[place[some]], line=number[some], cell=cells[some], day=on[some], received=part[some], rejected=rejected[some]
            )  # fmt: skip
            self._expect(on[some], cells[some], (part - rejected)[some], (part + short)[some])

    def _produce(self, day: int, cells: Ints, quantity: Ints) -> None:
        """Queue at the factory: an order starts when the sewing line is through with those before it."""
        numbers = 50_001 + self.production_orders + np.arange(len(cells))
        self.production_orders += len(cells)
        minutes = np.rint(quantity * self.minutes[cells]).astype(np.int64) + 30
        begin = max(self.booked, int(self.capacity_so_far[day + 2]))
        ends = begin + np.cumsum(minutes)
        self.booked = int(ends[-1])
        starts = np.searchsorted(self.capacity_so_far, ends - minutes, side="right")
        finishes = np.searchsorted(self.capacity_so_far, ends, side="left")
        ready = np.minimum(finishes + 2, DAYS + 390)
        scrapped = self.draws.binomial(quantity, 0.012)
        arrives = ready + self.transport[cells]
        self.made.add(
            pr=numbers, cell=cells, quantity=quantity, scrapped=scrapped, released=np.full(len(cells), day), minutes=minutes,
            due=np.full(len(cells), day + 14), sewing_starts=starts, sewing_ends=finishes, ready=ready, arrives=arrives,
        )  # fmt: skip
        self.on_order[cells] += quantity
        self._expect(arrives, cells, quantity - scrapped, quantity)

    def _expect(self, days: Ints, cells: Ints, stocked: Ints, ordered: Ints) -> None:
        for day in np.unique(days[days < DAYS]):
            some = days == day
            self.arrivals[int(day)].append((cells[some], stocked[some], ordered[some]))

    def transfer(self, day: int) -> None:
        """Send what lies too long in one warehouse to another that runs out of it; it leaves when the day's sales are over."""
        found: Transfer = wanted_transfers(self.available, self.on_order, self.recent.mean(axis=0) / 7)
        if not len(found.quantity):
            return
        arrives = day + found.days
        self.available[found.source] -= found.quantity
        self.on_order[found.target] += found.quantity
        self._expect(arrives, found.target, found.quantity, found.quantity)
        self.transferred.add(
            source=found.source,
            cell=found.target,
            quantity=found.quantity,
            day=np.full(len(arrives), day),
            arrives=arrives,
        )

    def receive(self, day: int) -> None:
        for cells, stocked, ordered in self.arrivals[day]:
            np.add.at(self.available, cells, stocked)
            np.subtract.at(self.on_order, cells, ordered)

    def count(self, day: int) -> None:
        """Count some cells a week; what is missing or found is booked."""
        some = np.flatnonzero(self.draws.random(self.cells) < 0.01)
        found = np.maximum(-self.available[some], self.draws.choice([-2, -1, -1, -1, 1], len(some)))
        some, found = some[found != 0], found[found != 0]
        self.available[some] += found
        self.counted.add(cell=some, day=np.full(len(some), day), quantity=found)


def play(plan: Plan, catalogue: Catalogue, wanted: Wanted, journeys: Journeys) -> Supply:
    """Play all days."""
    loop = _Loop(plan, catalogue, wanted)
    cell = wanted.line_sku * REGIONS + wanted.line_region
    day = wanted.day[wanted.line_order]
    order = np.lexsort((np.arange(len(cell)), cell, day))
    key = day[order] * loop.cells + cell[order]
    taken = running_total(key, wanted.line_quantity[order])
    edges = np.searchsorted(day[order], np.arange(DAYS + 1))
    accepted = np.zeros(len(cell), dtype=bool)

    cancelled_at = journeys.cancelled_at[wanted.line_order]
    back_at = np.where(journeys.line_returned > 0, day_of(journeys.return_received_at[wanted.line_order]), DAYS)
    back_at = np.where(journeys.line_is_restocked, back_at, DAYS)
    back_at = np.where(cancelled_at < NEVER, np.maximum(day_of(cancelled_at), day + 1), back_at)
    back_quantity = np.where(cancelled_at < NEVER, wanted.line_quantity, journeys.line_returned)
    sent_back_at = journeys.sent_back_at[wanted.line_order]
    back_at = np.where(sent_back_at < NEVER, day_of(sent_back_at), back_at)
    back_quantity = np.where(sent_back_at < NEVER, wanted.line_quantity, back_quantity)
    back_order = np.argsort(back_at, kind="stable")
    back_edges = np.searchsorted(back_at[back_order], np.arange(DAYS + 1))

    opening = loop.open_shop()
    names = weekday(np.arange(DAYS))
    for today in range(DAYS):
        if names[today] == COUNT_WEEKDAY:
            loop.count(today)
        loop.receive(today)
        back = back_order[back_edges[today] : back_edges[today + 1]]
        back = back[accepted[back]]
        np.add.at(loop.available, cell[back], back_quantity[back])
        lines = order[edges[today] : edges[today + 1]]
        allowed = taken[edges[today] : edges[today + 1]] <= loop.available[cell[lines]]
        sold = lines[allowed]
        accepted[sold] = True
        np.subtract.at(loop.available, cell[sold], wanted.line_quantity[sold])
        np.add.at(loop.recent[0], cell[sold], wanted.line_quantity[sold])
        if names[today] == REVIEW_WEEKDAY:
            loop.transfer(today)
            loop.review(today)
            loop.recent[1] = loop.recent[0]
            loop.recent[0] = 0
    return _supply(loop, accepted, opening)


def _supply(loop: _Loop, accepted: Flags, opening: Ints) -> Supply:
    orders = loop.orders.arrays("po", "maker", "warehouse", "ordered", "promised", "shipped", "is_cancelled")
    lines = loop.lines.arrays("po", "line", "cell", "quantity", "cost")
    receipts = loop.receipts.arrays("po", "line", "cell", "day", "received", "rejected")
    made = loop.made.arrays(
        "pr",
        "cell",
        "quantity",
        "scrapped",
        "released",
        "minutes",
        "due",
        "sewing_starts",
        "sewing_ends",
        "ready",
        "arrives",
    )
    counted = loop.counted.arrays("cell", "day", "quantity")
    transferred = pl.DataFrame(loop.transferred.arrays("source", "cell", "quantity", "day", "arrives"))
    return Supply(
        accepted=accepted,
        opening=opening,
        counts=pl.DataFrame(counted),
        purchase_orders=_dated(pl.DataFrame(orders), ordered="ordered_on", promised="promised_on", shipped="shipped_on").with_columns(
            pl.col("is_cancelled").cast(pl.Boolean)
        ),
        purchase_lines=pl.DataFrame(lines),
        receipts=_dated(pl.DataFrame(receipts), day="received_on"),
        transfers=_dated(transferred, day="sent_on", arrives="arrives_on").with_columns(transfer=pl.int_range(pl.len()) + 70_001),
        production_orders=_dated(
            pl.DataFrame(made),
            released="released_on", due="due_on", sewing_starts="sewing_starts_on", sewing_ends="sewing_ends_on", ready="ready_on",
            arrives="arrives_on",
        ),
        factory_minutes=loop.capacity,
    )  # fmt: skip


def _dated(frame: pl.DataFrame, **columns: str) -> pl.DataFrame:
    """Turn day numbers into dates under new names."""
    return frame.with_columns(dates(frame[old].to_numpy()).alias(new) for old, new in columns.items()).drop(*columns)

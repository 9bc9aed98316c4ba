"""The whole world of one plan.

Comes in: scale and seed. Goes out: a `World` of frames in which everything that ever happens has its time; exports and truth
look at it as of a day. Called by `simulation.simulate`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import polars as pl

from simulation.world import (
    calendar,
    catalogue,
    demand,
    factory,
    journeys,
    landed_cost,
    marketing,
    people,
    sales,
    service,
    stock,
    supply,
)
from simulation.world.clock import Ints, Plan
from simulation.world.marketing import Marketing
from simulation.world.stock import CODES
from simulation.world.supply import REGIONS

# Exports of orders are made in parts of so many, so that a large company does not need a large machine.
ORDERS_IN_A_PART = 250_000


@dataclass
class World:
    """The frames."""

    plan: Plan
    calendar: pl.DataFrame
    products: pl.DataFrame
    people: pl.DataFrame
    accounts: pl.DataFrame
    contacts: pl.DataFrame
    desk_users: pl.DataFrame
    orders: pl.DataFrame
    lines: pl.DataFrame
    parcels: pl.DataFrame
    refunds: pl.DataFrame
    refund_lines: pl.DataFrame
    payments: pl.DataFrame
    movements: pl.DataFrame
    purchase_orders: pl.DataFrame
    purchase_lines: pl.DataFrame
    receipts: pl.DataFrame
    landed_cost_charges: pl.DataFrame
    production_orders: pl.DataFrame
    factory_minutes: Ints
    operations: pl.DataFrame
    tickets: pl.DataFrame
    marketing: Marketing
    lost_demand: pl.DataFrame

    @property
    def dirt(self) -> float:
        """The share of rows with a planted error."""
        return self.plan.dirt

    def parts(self) -> Iterator["World"]:
        """The same world with some of its orders and what hangs on them, in turn until all were there."""
        if self.orders.height <= ORDERS_IN_A_PART:
            yield self
            return
        first, last = self.orders["order_number"][0], self.orders["order_number"][-1]
        for begin in range(first, last + 1, ORDERS_IN_A_PART):
            chosen = pl.col("order_number").is_between(begin, begin + ORDERS_IN_A_PART, closed="left")
            yield replace(
                self,
                orders=self.orders.filter(chosen),
                lines=self.lines.filter(chosen),
                parcels=self.parcels.filter(chosen),
                refunds=self.refunds.filter(chosen),
                refund_lines=self.refund_lines.filter(chosen),
                payments=self.payments.filter(chosen),
            )


def _cells(frame: pl.DataFrame) -> pl.DataFrame:
    """Say SKU and warehouse instead of the cell."""
    return (
        frame.with_columns(sku_number=pl.col("cell") // REGIONS, region=pl.col("cell") % REGIONS)
        .join(CODES, on="region", how="left", maintain_order="left")
        .drop("cell", "region")
    )


@lru_cache(maxsize=2)
def build(plan: Plan) -> World:
    """Play it."""
    made = catalogue.make(plan)
    wanted = demand.make(plan, made)
    journey = journeys.make(plan, wanted, made)
    supplied = supply.play(plan, made, wanted, journey)
    sold = sales.make(plan, made, wanted, journey, supplied.accepted)
    lost = pl.DataFrame(
        {
            "day": wanted.day[wanted.line_order],
            "sku_number": wanted.line_sku,
            "region": wanted.line_region,
            "quantity": wanted.line_quantity,
        }
    ).filter(pl.Series(~supplied.accepted))
    everyone = people.make(plan, wanted.person_market)
    contacts = people.make_contacts(everyone, sold.orders)
    tickets = service.make(plan, sold)
    requesters = tickets.group_by("person").agg(pl.col("opened_at").min().alias("first_at"))
    purchase_orders = supplied.purchase_orders.join(
        CODES, left_on="warehouse", right_on="region", how="left", suffix="_code"
    )
    purchase_lines, receipts = _cells(supplied.purchase_lines), _cells(supplied.receipts)
    return World(
        plan=plan,
        calendar=calendar.frame(),
        products=made.products,
        people=everyone,
        accounts=people.make_accounts(everyone, sold.orders),
        contacts=contacts,
        desk_users=people.make_desk_users(everyone, requesters),
        orders=sold.orders,
        lines=sold.lines,
        parcels=sold.parcels,
        refunds=sold.refunds,
        refund_lines=sold.refund_lines,
        payments=sold.payments,
        movements=stock.movements(supplied, sold),
        purchase_orders=purchase_orders,
        purchase_lines=purchase_lines,
        receipts=receipts,
        landed_cost_charges=landed_cost.charges(purchase_orders, purchase_lines, receipts, made.products),
        production_orders=_cells(supplied.production_orders),
        factory_minutes=supplied.factory_minutes,
        operations=factory.operations(plan, supplied.production_orders),
        tickets=tickets,
        marketing=marketing.make(plan, everyone, contacts),
        lost_demand=lost.join(CODES, on="region", how="left").drop("region"),
    )

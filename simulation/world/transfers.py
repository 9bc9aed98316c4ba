"""Which goods a warehouse sends to another: what one has too much of while another runs out of it.

Comes in: stock, what is on its way, and sales of a day, by cell (SKU x warehouse). Goes out: cells and quantities. Called by
supply once a week.
"""

from dataclasses import dataclass

import numpy as np

from simulation.company import WAREHOUSES
from simulation.world.clock import Floats, Ints

REGIONS = len(WAREHOUSES)
# Days on the way from a warehouse (row) to another (column): Rotterdam, Louisville, Dubai.
TRANSIT = np.array([[0, 9, 8], [9, 0, 12], [8, 12, 0]])
SHORT_DAYS, WANTED_DAYS, KEPT_DAYS = 7, 28, 70
SMALLEST = 2


@dataclass(frozen=True)
class Transfer:
    """Arrays over transfers."""

    source: Ints
    target: Ints
    quantity: Ints
    days: Ints


def wanted_transfers(available: Ints, on_order: Ints, rate: Floats) -> Transfer:
    """At most one transfer a SKU: to the warehouse that is shortest of it, from the one that has most to spare."""
    stock, way, sales = (values.reshape(-1, REGIONS) for values in (available, on_order, rate))
    is_short = (sales > 0) & (stock + way < sales * SHORT_DAYS)
    wanted = np.where(is_short, np.ceil(sales * WANTED_DAYS).astype(np.int64) - stock - way, 0)
    spare = np.maximum(0, stock - np.ceil(sales * KEPT_DAYS).astype(np.int64) - SMALLEST)
    target, source = wanted.argmax(axis=1), spare.argmax(axis=1)
    sku = np.arange(len(stock))
    quantity = np.minimum(wanted[sku, target], spare[sku, source])
    some = np.flatnonzero((quantity >= SMALLEST) & (source != target))
    return Transfer(
        source=some * REGIONS + source[some], target=some * REGIONS + target[some], quantity=quantity[some],
        days=TRANSIT[source[some], target[some]].astype(np.int64),
    )  # fmt: skip

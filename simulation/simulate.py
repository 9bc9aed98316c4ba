"""Write the exports of the simulated company.

Comes in: scale, seed, folder, and a day for the changes of that day alone. Goes out: `<out>/<system>/*` and `<out>/truth/*`. Called by
`weft simulate`. The same arguments write the same bytes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from simulation import truth
from simulation.company import FIRST_DAY, HORIZON, LAST_DAY
from simulation.exports import (
    carrier_tracking,
    ecb,
    edi,
    netsuite,
    production,
    salesforce,
    shopify,
    web_sessions,
    wms,
    zendesk,
)
from simulation.exports.tables import Planter, Table, write_table
from simulation.exports.view import View
from simulation.world.clock import Plan
from simulation.world.world import World, build
from warehouse.errors import WeftError

SYSTEMS: dict[str, Callable[[World, View], Iterator[Table]]] = {
    "shopify": shopify.tables,
    "netsuite": netsuite.tables,
    "wms": wms.tables,
    "carrier_tracking": carrier_tracking.tables,
    "production": production.tables,
    "zendesk": zendesk.tables,
    "salesforce": salesforce.tables,
    "web_sessions": web_sessions.tables,
}
LARGEST_SCALE = 200
DEFAULT_DIRT = 0.002


@dataclass(frozen=True)
class Written:
    """What was written."""

    files: list[Path]
    orders: int
    planted_errors: int


def simulate(
    out: Path,
    scale: float = 1.0,
    seed: int = 1,
    day: date | None = None,
    end: date = LAST_DAY,
    dirt: float = DEFAULT_DIRT,
) -> Written:
    """Write everything until `end`, or only what `day` changed.

    Raises:
        WeftError: an argument is out of its range.
    """
    last = day or end
    if not 0 < scale <= LARGEST_SCALE:
        raise WeftError(f"--scale is above 0 and at most {LARGEST_SCALE}; 1 is about 50,000 orders. It was {scale}.")
    if not 0 <= dirt <= 0.1:
        raise WeftError(f"--dirt is a share of rows, from 0 to 0.1. It was {dirt}.")
    if seed < 0:
        raise WeftError(f"--seed is a whole number from 0 on. It was {seed}.")
    if not FIRST_DAY <= last <= HORIZON:
        raise WeftError(f"The simulated company is known from {FIRST_DAY} to {HORIZON}; {last} is outside.")
    world = build(Plan(scale, seed, dirt))
    view = View(last, is_increment=day is not None)
    planter = Planter(dirt, seed, view)
    files: list[Path] = []
    for tables in SYSTEMS.values():
        for table in tables(world, view):
            files += write_table(table, view, out, planter)
    files += edi.write(world, view, out, planter)
    files += ecb.write(out, last)
    truth.write(world, view, out, planter.planted)
    orders = view.known(world.orders, "ordered_at").height
    return Written(files, orders, len(planter.planted))

"""The work centres as the finite plan sees them, and what a piece costs that is made, kept, late or missing.

Comes in: families and assumptions. Goes out: `Shop` and costs per family. Called by `finite_model` and `shortfall`.
"""

from dataclasses import dataclass

import numpy as np

from forecasting.capacity.assumptions import Assumptions
from forecasting.capacity.demand import Floats
from forecasting.capacity.families import Families

WEEKS_A_YEAR = 52
# A subcontractor spreads a set-up over so many pieces; a product without a price is worth so much of its cost.
LOT_OF_SUBCONTRACTOR = 10
LEAST_VALUE = 1.1


@dataclass(frozen=True)
class Shop:
    """The work centres: hours there are, hours that open orders take, cost of an hour, and how a lot's hours fall on weeks."""

    regular: Floats
    overtime: Floats
    open_load: Floats
    rate: Floats
    shares: dict[int, Floats]


def unit_costs(families: Families, shop: Shop, assumptions: Assumptions) -> dict[str, Floats]:
    """Return what a piece costs: subcontracted, a week in stock, a week late, and not at all (its margin, with its labour saved)."""
    own_labour = (families.hours_each + families.hours_lot / LOT_OF_SUBCONTRACTOR) @ shop.rate
    labour = _with_parts(families.hours_each @ shop.rate, families)
    cost = np.maximum(families.unit_cost, labour)
    value = np.maximum(families.unit_value, LEAST_VALUE * cost)
    return {
        "sub": own_labour * (1 + assumptions.subcontract_premium) + 0.01 * cost,
        "stock": cost * assumptions.holding_rate / WEEKS_A_YEAR,
        "late": value * assumptions.late_rate,
        # Above labour at any premium, so that no need is left unmet only to save hours.
        "unmet": np.maximum(value - cost, 0.1 * value) + labour * (1 + assumptions.overtime_premium),
    }


def _with_parts(each: Floats, families: Families) -> Floats:
    """Add what the parts that are made here take to what a family takes itself, however deep they lie."""
    total = each.copy()
    for _ in families.keys:
        further = each.copy()
        for parent, component, quantity in families.uses:
            further[parent] += quantity * total[component]
        if np.allclose(further, total):
            break
        total = further
    return total

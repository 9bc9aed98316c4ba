"""What the plan cannot meet, why, and what that costs.

Comes in: families and the finite plan; lots that come too late. Goes out: one row per product or
family, week and kind. Called by `forecasting.capacity.plan`. What binds is read from shadow prices: the centre and week whose hour is
scarcest for a piece of the family, or the bought component that it waits for.
"""

import numpy as np
import polars as pl

from forecasting.capacity.assumptions import Assumptions
from forecasting.capacity.demand import Floats
from forecasting.capacity.families import Families
from forecasting.capacity.finite import FinitePlan
from forecasting.capacity.netting import Netting
from forecasting.capacity.shop import Shop, unit_costs

SHORTFALL = {
    "product_key": pl.String, "family": pl.String, "week": pl.Int64, "kind": pl.String, "quantity": pl.Float64, "reason": pl.String,
    "work_centre_key": pl.String, "binding_week": pl.Int64, "component_key": pl.String, "hour_worth": pl.Float64, "cost": pl.Float64,
}  # fmt: skip


def explain(
    families: Families, plan: FinitePlan, shop: Shop, centres: list[str], netting: Netting, assumptions: Assumptions
) -> pl.DataFrame:
    """Return the shortfalls of the finite plan, then those of lead times."""
    return pl.concat(
        [_of_families(families, plan, shop, centres, assumptions), _of_products(netting, assumptions)]
    ).sort("week", "family", "product_key", "kind")  # fmt: skip


def _of_families(
    families: Families, plan: FinitePlan, shop: Shop, centres: list[str], assumptions: Assumptions
) -> pl.DataFrame:
    unit = unit_costs(families, shop, assumptions)
    # Late is what is late for the first time or still: each week costs again, so each week is a row.
    parts = []
    last = families.need.shape[1] - 1
    for kind, pieces in (("late", plan.late), ("unmet", plan.unmet)):
        row, week = np.nonzero(pieces > 1e-4)
        price = unit[kind][row] * (1 + families.priority[row, week])
        if kind == "late":
            price = price + np.where(week == last, unit["unmet"][row], 0.0)
        found = [_binding(families, plan, centres, int(r), int(w)) for r, w in zip(row, week, strict=True)]
        parts.append(
            pl.DataFrame(
                {
                    "product_key": [None] * len(row),
                    "family": [families.keys[number] for number in row],
                    "week": week,
                    "kind": [kind] * len(row),
                    "quantity": pieces[row, week],
                    "reason": [one[0] for one in found],
                    "work_centre_key": [one[1] for one in found],
                    "binding_week": [one[2] for one in found],
                    "component_key": [one[3] for one in found],
                    "hour_worth": [one[4] for one in found],
                    "cost": pieces[row, week] * price,
                },
                schema=SHORTFALL,
            )
        )
    return pl.concat(parts)


def _binding(
    families: Families, plan: FinitePlan, centres: list[str], family: int, week: int
) -> tuple[str, str | None, int | None, str | None, float | None]:
    """Return reason, centre, week, component and the worth of an hour: what a piece due in this week waits for.

    The last week in which it could have been begun tells: hours that are scarce there, or a lot that is not begun since another set-up
    costs more than waiting; else the nearest week before in which hours were scarce.
    """
    latest = week - int(families.lead[family])
    if latest < 0:
        return "lead time", None, None, None, None
    per_piece = families.hours_each[family] + families.hours_lot[family] * 1e-3
    scarce: Floats = plan.hour_worth[:, : latest + 1].T * per_piece
    component, worth = _scarcest_component(families, plan, family, latest)
    if component is not None and worth >= scarce[latest].max(initial=0.0):
        return "material", None, latest, component, None
    short = np.flatnonzero(scarce.max(axis=1, initial=0.0) > 1e-9)
    is_begun = plan.begun[family, latest] > 0.5 or families.hours_lot[family].sum() <= 0
    if short.size and (short[-1] == latest or is_begun):
        when = int(short[-1])
        centre = int(np.argmax(scarce[when]))
        return "hours", centres[centre], when, None, float(plan.hour_worth[centre, when])
    if not is_begun:
        return "set-up", None, latest, None, None
    parts = [c for p, c, _ in families.uses if p == family]
    if parts:
        return "component made here", None, latest, families.keys[parts[0]], None
    return "cost", None, None, None, None


def _scarcest_component(families: Families, plan: FinitePlan, family: int, latest: int) -> tuple[str | None, float]:
    best: tuple[str | None, float] = (None, 0.0)
    for parent, number, quantity in families.material_uses:
        if parent == family:
            worth = float(plan.material_worth[number, latest:].sum()) * quantity
            if worth > best[1]:
                best = (families.material_keys[number], worth)
    return best


def _of_products(netting: Netting, assumptions: Assumptions) -> pl.DataFrame:
    """Demand for bought products before their first lot can be there."""
    terms = netting.terms.select(
        "product_key", "is_made", "is_known", "is_sold", "lead_weeks", "unit_value", "unit_cost"
    )
    late = netting.late.join(terms, on="product_key").filter(
        ~pl.col("is_made") & (pl.col("is_known") | pl.col("is_sold"))
    )
    weeks_late = (pl.col("lead_weeks") - pl.col("week")).clip(lower_bound=1)
    return late.select(
        "product_key",
        family=pl.lit(None, pl.String),
        week="week",
        kind=pl.lit("late"),
        quantity="quantity",
        reason=pl.lit("lead time"),
        work_centre_key=pl.lit(None, pl.String),
        binding_week=pl.lit(None, pl.Int64),
        component_key=pl.lit(None, pl.String),
        hour_worth=pl.lit(None, pl.Float64),
        cost=pl.col("quantity")
        * pl.coalesce("unit_value", "unit_cost", pl.lit(0.0))
        * assumptions.late_rate
        * weeks_late,
    )

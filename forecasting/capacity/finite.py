"""Solves the finite plan with HiGHS, through SciPy.

Comes in: families and work centres. Goes out: `FinitePlan`: what is made when and how, what stays undone, and what an hour more would be
worth. Called by `forecasting.capacity.plan`.

Small plans are solved with their set-ups as whole decisions. Larger ones are relaxed: a set-up is shared by the pieces that the round
before made with it, so that small lots become dear and move together (slope scaling, Kim and Pardalos 1999). The lots of the cheapest
round are begun as far as their set-ups fit into the hours, and the rest is solved again. Both give shadow prices from the last program.
"""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from forecasting.capacity.assumptions import Assumptions
from forecasting.capacity.demand import Floats
from forecasting.capacity.families import Families
from forecasting.capacity.finite_model import FiniteModel, build_model, most_pieces
from forecasting.capacity.shop import Shop
from warehouse.errors import WeftError

WHOLE_DECISIONS = 300
SMALLEST_LOT = 1e-6
MOST_ROUNDS = 4
ROUND_OF_LOTS = 8000


@dataclass(frozen=True)
class FinitePlan:
    """Matrices are families × weeks or centres × weeks. `hour_worth` is what one more hour would save beyond its own cost;
    `material_worth` the same of one more piece of a bought component. `gap` is how far the cost may lie above the best possible."""

    own: Floats
    sub: Floats
    stock: Floats
    late: Floats
    unmet: Floats
    begun: Floats
    regular: Floats
    overtime: Floats
    carried: Floats
    hour_worth: Floats
    material_worth: Floats
    cost: float
    gap: float
    method: str


def solve(families: Families, shop: Shop, assumptions: Assumptions) -> FinitePlan:
    """Return the cheapest plan that is found within the gap or the time limit.

    Raises:
        WeftError: HiGHS gave up, which a plan that may leave everything undone does not explain.
    """
    model = build_model(families, shop, assumptions)
    if not len(model.cost):
        # A company that buys all it sells has neither centres nor anything to make.
        nothing = SimpleNamespace(x=np.zeros(0), dual=np.zeros(len(model.upper)))
        return _plan(model, nothing, cost=0.0, gap=0.0, method="nothing to make")
    is_lot = np.zeros(len(model.cost), dtype=bool)
    is_lot[model.columns["begun"][families.hours_lot.sum(axis=1) > 0]] = True
    whole = _whole(model, is_lot, assumptions) if is_lot.sum() <= WHOLE_DECISIONS else None
    if whole is not None:
        begun, best, method = (
            np.round(whole.x),
            float(whole.fun if whole.mip_dual_bound is None else whole.mip_dual_bound),
            "mixed-integer",
        )
    else:
        relaxed = _linear(model, model.bound)
        best, method = float(relaxed.fun), "relaxed, then rounded"
        begun = _begun(model, relaxed.x, families, shop)
    found = _linear(model, np.where(is_lot, begun, model.bound), np.where(is_lot, begun, 0.0))
    if whole is None and is_lot.any():
        found = _with_larger_lots(model, found, relaxed.x, families, shop, assumptions)
    cost = float(found.fun)
    return _plan(model, found, cost, max(0.0, (cost - best) / max(abs(cost), 1e-9)), method)


def _with_larger_lots(
    model: FiniteModel, found: Any, relaxed: Floats, families: Families, shop: Shop, assumptions: Assumptions
) -> Any:
    """Return the cheapest plan of some rounds in which the pieces of a lot share its set-up as they were in the round before."""
    places = model.columns["begun"]
    is_lot = np.zeros(len(model.cost), dtype=bool)
    is_lot[places[families.hours_lot.sum(axis=1) > 0]] = True
    without_end = np.where(is_lot, np.inf, model.bound)
    most = most_pieces(families)
    # Large plans have time for fewer rounds, each of which is two linear programs.
    for _ in range(int(np.clip(ROUND_OF_LOTS // is_lot.sum(), 1, MOST_ROUNDS))):
        made = relaxed[model.columns["own"]]
        most = np.where(made > SMALLEST_LOT, made, most)
        relaxed = _linear(build_model(families, shop, assumptions, most), without_end).x
        begun = _begun(model, relaxed, families, shop)
        tried = _linear(model, np.where(is_lot, begun, model.bound), np.where(is_lot, begun, 0.0))
        if tried.fun < found.fun:
            found = tried
    return found


def _whole(model: FiniteModel, is_lot: Floats, assumptions: Assumptions) -> Any:
    found = milp(
        model.cost,
        constraints=LinearConstraint(model.matrix, model.lower, model.upper),
        integrality=is_lot.astype(int),
        bounds=Bounds(0.0, model.bound),
        options={"time_limit": assumptions.time_limit_seconds, "mip_rel_gap": assumptions.gap},
    )
    return found if found.x is not None else None


def _linear(model: FiniteModel, bound: Floats, lower: Floats | None = None) -> Any:
    equal = model.lower == model.upper
    below = ~equal & np.isfinite(model.upper)
    found = linprog(
        model.cost, A_ub=model.matrix[below], b_ub=model.upper[below], A_eq=model.matrix[equal], b_eq=model.lower[equal],
        bounds=np.column_stack([np.zeros_like(bound) if lower is None else lower, bound]), method="highs",
    )  # fmt: skip
    if found.x is None:
        raise WeftError(f"The plan could not be worked out: {found.message}")
    found.dual = np.zeros(len(model.upper))
    found.dual[equal], found.dual[below] = found.eqlin.marginals, found.ineqlin.marginals
    return found


def _begun(model: FiniteModel, relaxed: Floats, families: Families, shop: Shop) -> Floats:
    """Begin the lots of the relaxed plan, the largest first, as long as their set-ups leave the hours of no centre short."""
    begun = np.zeros(len(model.cost))
    places = model.columns["begun"]
    pieces = relaxed[model.columns["own"]]
    left = np.maximum(shop.regular + shop.overtime - shop.open_load, 0.0)
    family, week = np.nonzero((pieces > SMALLEST_LOT) & (families.hours_lot.sum(axis=1) > 0)[:, None])
    worth = pieces[family, week] * families.unit_value[family] / families.hours_lot[family].sum(axis=1)
    order = np.lexsort((family, -worth, week))
    family, week = family[order], week[order]
    # Set-ups of one week, added up in that order, must stay below the hours of that week in every centre. They are counted in full
    # in their first week: a little strict, and always possible.
    asked = families.hours_lot[family]
    sums = np.cumsum(asked, axis=0)
    first = np.searchsorted(week, week, side="left")
    before = np.where(first[:, None] > 0, sums[np.maximum(first - 1, 0)], 0.0)
    spilled = _least_ahead(left, shop)
    fits = (sums - before <= spilled[:, week].T + 1e-9).all(axis=1)
    begun[places[family[fits], week[fits]]] = 1.0
    return begun


def _least_ahead(left: Floats, shop: Shop) -> Floats:
    """Hours that every week of a lot's making can spare: the least of the weeks that the slowest family takes, shared among them."""
    span = max((shares.shape[1] for shares in shop.shares.values()), default=1)
    ahead = [np.concatenate([left[:, after:], np.repeat(left[:, -1:], after, axis=1)], axis=1) for after in range(span)]
    return np.asarray(np.minimum.reduce(ahead) / span if span > 1 else left)


def _plan(model: FiniteModel, found: Any, cost: float, gap: float, method: str) -> FinitePlan:
    def of(kind: str) -> Floats:
        values = np.maximum(found.x[model.columns[kind]], 0.0)
        return np.where(values < 1e-9, 0.0, values)

    rates = model.cost[model.columns["regular"]]
    hours = model.columns["regular"]
    used_up = found.x[hours] >= model.bound[hours] - 1e-7
    return FinitePlan(
        own=of("own"), sub=of("sub"), stock=of("stock"), late=of("late"), unmet=of("unmet"), begun=of("begun"),
        regular=of("regular"), overtime=of("overtime"), carried=of("carried"),
        # A row's price is what an hour's work more would cost; beyond the centre's own rate, and with all hours used, it is scarce.
        hour_worth=np.where(used_up, np.maximum(-found.dual[model.rows["hours"]] - rates, 0.0), 0.0),
        material_worth=np.maximum(-found.dual[model.rows["material"]], 0.0),
        cost=cost, gap=gap, method=method,
    )  # fmt: skip

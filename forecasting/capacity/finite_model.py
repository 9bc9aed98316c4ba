"""The finite plan as a linear program with set-ups: columns, rows and costs.

Comes in: families, hours and costs. Goes out: `FiniteModel`, sparse. Called by `forecasting.capacity.finite`, which solves it.

For each family f and week t: x own pieces begun, s pieces from subcontractors, stock, backlog b, unmet u, and y, whether a lot is
begun. For each centre c and week: regular and overtime hours, open orders' hours carried to the next week, and how much the load
goes up and down. Every need may stay unmet at a cost, and open orders may be carried over, so that there always is a plan.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from forecasting.capacity.assumptions import Assumptions
from forecasting.capacity.demand import Floats
from forecasting.capacity.families import Families
from forecasting.capacity.shop import LOT_OF_SUBCONTRACTOR, Shop, unit_costs

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class FiniteModel:
    """Rows are lower ≤ A·v ≤ upper; `columns` names the place of each kind of variable, `rows` that of each kind of row."""

    matrix: sparse.csr_array
    lower: Floats
    upper: Floats
    cost: Floats
    bound: Floats
    columns: dict[str, Ints]
    rows: dict[str, Ints]


class _Rows:
    """Collects entries of the matrix, block by block."""

    def __init__(self) -> None:
        self.row: list[Ints] = []
        self.column: list[Ints] = []
        self.value: list[Floats] = []
        self.lower: list[Floats] = []
        self.upper: list[Floats] = []
        self.count = 0

    def open(self, shape: tuple[int, ...], lower: Floats | float, upper: Floats | float) -> Ints:
        size = int(np.prod(shape))
        numbers = np.arange(self.count, self.count + size).reshape(shape)
        self.lower.append(np.broadcast_to(lower, shape).ravel().astype(float))
        self.upper.append(np.broadcast_to(upper, shape).ravel().astype(float))
        self.count += size
        return numbers

    def add(self, row: Ints, column: Ints, value: Floats | float) -> None:
        row, column, spread = np.broadcast_arrays(row, column, value)
        self.row.append(row.ravel())
        self.column.append(column.ravel())
        self.value.append(spread.ravel().astype(float))


def build_model(families: Families, shop: Shop, assumptions: Assumptions, most: Floats | None = None) -> FiniteModel:
    """Write down columns, rows, costs and bounds; `most` says how many pieces a whole set-up may serve, else all that are needed."""
    f, t = families.need.shape
    c = len(shop.rate)
    columns: dict[str, Ints] = {}
    at = 0
    for name, rows in (*((kind, f) for kind in ("own", "sub", "stock", "late", "unmet", "begun")),
                       *((kind, c) for kind in ("regular", "overtime", "carried", "up", "down"))):  # fmt: skip
        columns[name] = np.arange(at, at + rows * t).reshape(rows, t)
        at += rows * t
    rows = _Rows()
    named = {
        "balance": _balance(rows, columns, families, assumptions),
        "hours": _hours(rows, columns, families, shop),
        "material": _materials(rows, columns, families),
    }
    _lots_need_a_beginning(rows, columns, families, most_pieces(families) if most is None else most)
    _subcontractors_have_limits(rows, columns, families, shop, assumptions)
    _load_goes_up_and_down(rows, columns)
    entries = (np.concatenate(rows.value), (np.concatenate(rows.row), np.concatenate(rows.column)))
    return FiniteModel(
        sparse.coo_array(entries, shape=(rows.count, at)).tocsr(),
        np.concatenate(rows.lower), np.concatenate(rows.upper),
        _costs(columns, families, shop, assumptions, at), _bounds(columns, families, shop, assumptions, at), columns, named,
    )  # fmt: skip


def _balance(rows: _Rows, columns: dict[str, Ints], families: Families, assumptions: Assumptions) -> Ints:
    """stock(t−1) + arrivals − stock(t) + late(t) − late(t−1) + unmet(t) − what parents use = need(t) − receipts(t)."""
    supply = families.receipts.copy()
    supply[:, 0] += families.stock
    wanted = families.need - supply
    balance = rows.open(families.need.shape, wanted, wanted)
    weeks = families.need.shape[1]
    rows.add(balance, columns["stock"], -1.0)
    rows.add(balance[:, 1:], columns["stock"][:, :-1], 1.0)
    rows.add(balance, columns["late"], 1.0)
    rows.add(balance[:, 1:], columns["late"][:, :-1], -1.0)
    rows.add(balance, columns["unmet"], 1.0)
    sub_lead = -(-assumptions.subcontract_days // 7)
    for lead in np.unique(families.lead).astype(int):
        some = families.lead.astype(int) == lead
        if lead < weeks:
            rows.add(balance[some, lead:], columns["own"][some, : weeks - lead], 1.0)
        slow = lead + sub_lead
        if slow < weeks:
            rows.add(balance[some, slow:], columns["sub"][some, : weeks - slow], 1.0)
    for parent, component, quantity in families.uses:
        rows.add(balance[component], columns["own"][parent], -quantity)
        rows.add(balance[component], columns["sub"][parent], -quantity)
    return balance


def _hours(rows: _Rows, columns: dict[str, Ints], families: Families, shop: Shop) -> Ints:
    """Hours of lots and open orders = regular + overtime hours + what is carried over."""
    weeks = families.need.shape[1]
    hours = rows.open(shop.regular.shape, -shop.open_load, -shop.open_load)
    rows.add(hours, columns["regular"], -1.0)
    rows.add(hours, columns["overtime"], -1.0)
    rows.add(hours, columns["carried"], -1.0)
    rows.add(hours[:, 1:], columns["carried"][:, :-1], 1.0)
    for lead, shares in shop.shares.items():
        some = families.lead.astype(int) == lead
        for kind, each in (("own", families.hours_each), ("begun", families.hours_lot)):
            family, centre = np.nonzero(each * some[:, None])
            for after in range(min(shares.shape[1], weeks)):
                rows.add(
                    hours[centre, after:],
                    columns[kind][family, : weeks - after],
                    (each[family, centre] * shares[centre, after])[:, None],
                )
    return hours


def _materials(rows: _Rows, columns: dict[str, Ints], families: Families) -> Ints:
    """What families have used of a bought component up to a week is at most what has come by then."""
    material = rows.open(families.material_room.shape, -np.inf, families.material_room)
    weeks = families.need.shape[1]
    until, when = np.tril_indices(weeks)
    bound = np.isfinite(families.material_room)
    for family, number, quantity in families.material_uses:
        kept = bound[number][until]
        for kind in ("own", "sub"):
            rows.add(material[number][until[kept]], columns[kind][family][when[kept]], quantity)
    return material


def _lots_need_a_beginning(rows: _Rows, columns: dict[str, Ints], families: Families, most: Floats) -> None:
    """Pieces only where a lot is begun: own ≤ most · begun."""
    some = families.hours_lot.sum(axis=1) > 0
    begun = rows.open((int(some.sum()), families.need.shape[1]), -np.inf, 0.0)
    rows.add(begun, columns["own"][some], 1.0)
    rows.add(begun, columns["begun"][some], -most[some])


def most_pieces(families: Families) -> Floats:
    """Return how many pieces of a family a lot may have at most: all that is needed from then on, for itself and for others."""
    total = families.need[:, ::-1].cumsum(axis=1)[:, ::-1].copy()
    # Circles have been ruled out, so that as many rounds as families reach everything; mostly one or two do.
    reach = total.copy()
    for _ in range(len(families.keys)):
        further = total.copy()
        for parent, component, quantity in families.uses:
            further[component] += reach[parent, 0] * quantity
        if np.allclose(further, reach):
            break
        reach = further
    return np.maximum(reach, 1.0)


def _subcontractors_have_limits(
    rows: _Rows, columns: dict[str, Ints], families: Families, shop: Shop, assumptions: Assumptions
) -> None:
    each = (families.hours_each + families.hours_lot / LOT_OF_SUBCONTRACTOR).sum(axis=1)
    limit = rows.open((families.need.shape[1],), -np.inf, assumptions.subcontract_share * shop.regular.sum(axis=0))
    rows.add(limit[None, :], columns["sub"], each[:, None])


def _load_goes_up_and_down(rows: _Rows, columns: dict[str, Ints]) -> None:
    centres, weeks = columns["regular"].shape
    steps = rows.open((centres, max(weeks - 1, 0)), 0.0, 0.0)
    for kind in ("regular", "overtime"):
        rows.add(steps, columns[kind][:, 1:], 1.0)
        rows.add(steps, columns[kind][:, :-1], -1.0)
    rows.add(steps, columns["up"][:, 1:], -1.0)
    rows.add(steps, columns["down"][:, 1:], 1.0)


def _costs(columns: dict[str, Ints], families: Families, shop: Shop, assumptions: Assumptions, size: int) -> Floats:
    unit = unit_costs(families, shop, assumptions)
    cost = np.zeros(size)
    # A little for each piece itself: what is not needed is not made, where it takes no hours.
    cost[columns["own"]] = 1e-6
    cost[columns["sub"]] = unit["sub"][:, None]
    cost[columns["stock"]] = unit["stock"][:, None]
    cost[columns["late"]] = unit["late"][:, None] * (1 + families.priority)
    cost[columns["late"][:, -1]] += unit["unmet"]
    cost[columns["unmet"]] = unit["unmet"][:, None] * (1 + families.priority)
    rate = shop.rate[:, None]
    cost[columns["regular"]] = rate
    cost[columns["overtime"]] = rate * (1 + assumptions.overtime_premium)
    cost[columns["carried"]] = rate
    cost[columns["up"]] = cost[columns["down"]] = rate * assumptions.levelling_rate
    return cost


def _bounds(columns: dict[str, Ints], families: Families, shop: Shop, assumptions: Assumptions, size: int) -> Floats:
    bound = np.full(size, np.inf)
    bound[columns["late"]] = np.cumsum(families.need, axis=1)
    bound[columns["unmet"]] = families.need
    bound[columns["begun"]] = 1.0
    bound[columns["regular"]] = shop.regular
    bound[columns["overtime"]] = shop.overtime
    bound[columns["carried"]] = np.cumsum(shop.open_load, axis=1)
    if assumptions.subcontract_share <= 0:
        bound[columns["sub"]] = 0.0
    # What takes no hours here is not given to others.
    bound[columns["sub"][(families.hours_each + families.hours_lot).sum(axis=1) <= 0]] = 0.0
    # Nothing is begun that would not be ready within the plan; a centre that is not on the list has no hours to give.
    weeks = families.need.shape[1]
    late = np.arange(weeks)[None, :] + families.lead[:, None] >= weeks
    bound[columns["own"]] = np.where(late, 0.0, bound[columns["own"]])
    bound[columns["sub"]] = np.where(late, 0.0, bound[columns["sub"]])
    return bound

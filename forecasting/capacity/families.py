"""What the finite plan decides about: styles of end products, and single products that go into others.

Comes in: netting and hours of lots. Goes out: `Families`, with needs, hours, costs and materials as matrices. Called by
`forecasting.capacity.plan`; a plan by style × week is small enough to be optimised, and `batches` gives it back to products.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from forecasting.capacity.assumptions import Assumptions
from forecasting.capacity.demand import Floats, WeeklyDemand, matrix
from forecasting.capacity.inputs import PlanInputs
from forecasting.capacity.netting import Netting


@dataclass(frozen=True)
class Families:
    """Rows of the matrices are `keys`; `uses` are (parent row, component row, pieces); `materials` are bought components.

    A family that goes into others keeps its own stock in the plan (`stock`, `receipts`), since what it is needed for is decided
    there; for the others stock has been netted already.
    """

    keys: list[str]
    members: pl.DataFrame
    need: Floats
    priority: Floats
    stock: Floats
    receipts: Floats
    lead: Floats
    hours_each: Floats
    hours_lot: Floats
    unit_cost: Floats
    unit_value: Floats
    uses: list[tuple[int, int, float]]
    material_keys: list[str]
    material_uses: list[tuple[int, int, float]]
    material_room: Floats


def make_families(
    inputs: PlanInputs,
    netting: Netting,
    hours: pl.DataFrame,
    demand: WeeklyDemand,
    centres: list[str],
    assumptions: Assumptions,
) -> Families:
    """Put the products that are made together to families."""
    weeks = assumptions.horizon_weeks
    made = netting.terms.filter("is_made")
    parents = inputs.bom.join(made.select(assembly_key="product_key"), on="assembly_key", how="semi")
    is_component = pl.col("product_key").is_in(parents["component_key"].unique().to_list())
    members = (
        made.with_columns(is_component=is_component)
        .with_columns(
            family=pl.when(pl.col("is_component") | pl.col("style_id").is_null())
            .then(pl.col("product_key"))
            .otherwise(pl.format("{}/{}", "style_id", "lead_weeks"))
        )
        .sort("family", "product_key")
    )
    keys = members["family"].unique(maintain_order=True).to_list()
    row = {key: number for number, key in enumerate(keys)}
    family_of = members.select("product_key", "family", "is_component", "lead_weeks")
    lots = netting.lots.join(family_of, on="product_key").with_columns(week="due_week")
    ends = lots.filter(~pl.col("is_component"))
    need, ordered = (
        _of_families(ends, keys, weeks, "quantity"),
        _of_families(ends.with_columns(ordered=pl.col("quantity") * pl.col("priority")), keys, weeks, "ordered"),
    )
    components = family_of.filter("is_component")
    own = [(row[family], product) for product, family in components.select("product_key", "family").iter_rows()]
    place = {key: number for number, key in enumerate(demand.keys)}
    for family, product in own:
        if product in place:
            need[family] += demand.needed[place[product]]
            ordered[family] += demand.ordered[place[product]]
    stock, receipts = _own_supply(inputs, netting, components, keys, weeks)
    means = members.group_by("family", maintain_order=True).agg(
        lead=pl.col("lead_weeks").max(), unit_cost=pl.col("unit_cost").mean(), unit_value=pl.col("unit_value").mean()
    )
    each, lot = _hours(hours.join(family_of.select("product_key", "family"), on="product_key"), keys, centres)
    edges = parents.join(family_of.select(assembly_key="product_key", parent="family"), on="assembly_key")
    shares = _member_shares(lots)
    inner = edges.join(family_of.select(component_key="product_key", component="family"), on="component_key")
    material_keys, room = _materials(inputs, netting, edges, demand, weeks)
    material = {key: number for number, key in enumerate(material_keys)}
    return Families(
        keys=keys, members=members, need=need, priority=np.divide(ordered, need, out=np.zeros_like(need), where=need > 0),
        stock=stock, receipts=receipts, lead=means["lead"].fill_null(0).to_numpy().astype(float), hours_each=each, hours_lot=lot,
        unit_cost=means["unit_cost"].fill_null(0.0).to_numpy(), unit_value=means["unit_value"].fill_null(0.0).to_numpy(),
        uses=[(row[p], row[c], q) for p, c, q in _weighted(inner, shares, "component")],
        material_keys=material_keys,
        material_uses=[
            (row[p], material[c], q)
            for p, c, q in _weighted(edges.filter(pl.col("component_key").is_in(material_keys)), shares, "component_key")
        ],
        material_room=room,
    )  # fmt: skip


def _of_families(lots: pl.DataFrame, keys: list[str], weeks: int, value: str) -> Floats:
    summed = lots.group_by("family", "week").agg(pl.col(value).sum()).rename({"family": "product_key"})
    return matrix(summed, keys, weeks, value)


def _own_supply(
    inputs: PlanInputs, netting: Netting, components: pl.DataFrame, keys: list[str], weeks: int
) -> tuple[Floats, Floats]:
    """Stock and receipts of components; what their safety stock takes is left alone."""
    some = components.select("product_key", week=pl.lit(0))
    stock = matrix(inputs.stock.join(some, on="product_key"), keys, 1, "quantity")[:, 0]
    place = {key: number for number, key in enumerate(keys)}
    for number, key in enumerate(netting.keys):
        if key in place:
            stock[place[key]] = max(0.0, stock[place[key]] - netting.safety[number, 0])
    arriving = inputs.receipts.with_columns(week=inputs.week_number("due_on").clip(lower_bound=0)).filter(
        pl.col("week") < weeks
    )
    return stock, matrix(arriving.join(components, on="product_key", how="semi"), keys, weeks, "quantity")


def _hours(hours: pl.DataFrame, keys: list[str], centres: list[str]) -> tuple[Floats, Floats]:
    """Hours a piece and set-up hours a lot, per family and centre, as the rough-cut plan has them on average."""
    made = hours.group_by("family").agg(
        pieces=pl.struct("product_key", "due_week", "quantity").unique().struct.field("quantity").sum(),
        lots=pl.col("release_week").n_unique(),
    )
    per = (
        hours.group_by("family", "work_centre_key")
        .agg(pl.col("run_hours").sum(), pl.col("setup_hours").sum())
        .join(made, on="family")
    )
    row, column = {key: n for n, key in enumerate(keys)}, {key: n for n, key in enumerate(centres)}
    each, lot = np.zeros((len(keys), len(centres))), np.zeros((len(keys), len(centres)))
    for family, centre, run, setup, pieces, lots in per.iter_rows():
        each[row[family], column[centre]] = run / pieces
        lot[row[family], column[centre]] = setup / lots
    return each, lot


def _member_shares(lots: pl.DataFrame) -> pl.DataFrame:
    """How much of a family's pieces each product is: what a piece of the family uses is their mean."""
    pieces = lots.group_by("product_key", "family").agg(pl.col("quantity").sum())
    return pieces.with_columns(share=pl.col("quantity") / pl.col("quantity").sum().over("family")).select(
        "product_key", "share"
    )


def _weighted(edges: pl.DataFrame, shares: pl.DataFrame, into: str) -> list[tuple[str, str, float]]:
    summed = (
        edges.join(shares.rename({"product_key": "assembly_key"}), on="assembly_key")
        .group_by("parent", into)
        .agg(quantity=(pl.col("quantity") * pl.col("share")).sum())
        .sort("parent", into)
    )
    return list(summed.select("parent", into, "quantity").iter_rows())


def _materials(
    inputs: PlanInputs, netting: Netting, edges: pl.DataFrame, demand: WeeklyDemand, weeks: int
) -> tuple[list[str], Floats]:
    """Bought components whose supply is known, and how much of each can be used up to each week; infinite when more can be bought."""
    bought = netting.terms.filter(~pl.col("is_made") & pl.col("is_known"))
    used = bought.join(edges.select(product_key="component_key").unique(), on="product_key", how="semi").sort(
        "product_key"
    )
    keys = used["product_key"].to_list()
    stock = matrix(inputs.stock.with_columns(week=pl.lit(0)), keys, 1, "quantity")
    arriving = inputs.receipts.with_columns(week=inputs.week_number("due_on").clip(lower_bound=0)).filter(
        pl.col("week") < weeks
    )
    room = stock + np.cumsum(matrix(arriving, keys, weeks, "quantity"), axis=1)
    place = {key: number for number, key in enumerate(demand.keys)}
    for number, key in enumerate(keys):
        if key in place:
            room[number] -= np.cumsum(demand.needed[place[key]])
    lead = used["lead_weeks"].fill_null(0).to_numpy()[:, None]
    may_buy = np.arange(weeks)[None, :] >= lead
    return keys, np.where(may_buy, np.inf, np.maximum(room, 0.0))

"""Net requirement: what is needed, less what is there and on its way, in lots, level by level down the bills of material.

Comes in: demand, stock, receipts, bills of material and terms. Goes out: `Netting`: lots, and what comes too late. Called by
`forecasting.capacity.plan`. The method is material requirements planning with lots that cover whole periods (Orlicky 1975; Silver,
Pyke and Thomas 2017, chapters 6 and 14).
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import polars as pl

from forecasting.capacity.assumptions import Assumptions
from forecasting.capacity.bom import low_level_codes
from forecasting.capacity.demand import Floats, WeeklyDemand, matrix
from forecasting.capacity.inputs import PlanInputs

LOTS = {
    "product_key": pl.String, "release_week": pl.Int64, "due_week": pl.Int64, "quantity": pl.Float64, "is_made": pl.Boolean,
    "priority": pl.Float64,
}  # fmt: skip
LATE = {"product_key": pl.String, "week": pl.Int64, "quantity": pl.Float64}
PIECES = ("EA", "PC", "PCE", "PCS", "ST", "C62", "NAR", "PR", "CS", "CTN", "PAK", "PAC", "DZ")


@dataclass(frozen=True)
class Netting:
    """Lots to make and to buy; `late` is demand due before any lot can be there; the matrices are those of `keys`."""

    lots: pl.DataFrame
    late: pl.DataFrame
    terms: pl.DataFrame
    keys: list[str]
    gross: Floats
    safety: Floats


def terms_of(inputs: PlanInputs, assumptions: Assumptions) -> pl.DataFrame:
    """Return how each product is got: made or bought, in how many weeks, at least how many.

    Of a product with neither supplier nor stock nor receipts nothing is known of its supply (is_known false): it is proposed to be
    bought without naming a supplier, and nothing is made to wait for it.
    """
    recorded = pl.concat([inputs.stock["product_key"], inputs.receipts["product_key"]]).unique().to_list()
    routed = inputs.routing.select("product_key").unique().with_columns(is_routed=pl.lit(True))
    offers = inputs.offers.unique("product_key", keep="first", maintain_order=True).rename({"lead_days": "offer_days"})
    made_days = pl.col("lead_days").fill_null(assumptions.made_lead_days)
    bought_days = pl.col("offer_days").fill_null(assumptions.bought_lead_days)
    return (
        inputs.products.join(routed, on="product_key", how="left")
        .join(offers, on="product_key", how="left")
        .with_columns(is_made=pl.col("is_made").fill_null(False), is_routed=pl.col("is_routed").fill_null(False))
        .with_columns(
            is_known=pl.col("is_made") | pl.col("supplier_id").is_not_null() | pl.col("product_key").is_in(recorded),
            lead_weeks=pl.when("is_made").then(made_days).otherwise(bought_days).add(6).floordiv(7).clip(lower_bound=0),
            # A minimum is kept of what is kept in stock at all; parts that go straight into the next step have no stock records.
            minimum_stock=pl.when(pl.col("product_key").is_in(inputs.stock["product_key"].to_list()))
            .then(pl.col("minimum_stock").fill_null(0.0))
            .otherwise(0.0),
            minimum=pl.when("is_made").then(0.0).otherwise(pl.col("minimum").fill_null(0.0)),
            is_whole=pl.col("unit_code").is_in(PIECES),
        )
        .sort("product_key")
    )


def safety_stock(spread: Floats, lead_weeks: Floats, cover_weeks: int, service_level: float) -> Floats:
    """Return the stock that outlasts demand until the next lot can be there, in so many cases of a hundred.

    The spread over lead time and cover period is that of independent weeks: z · √Σσ² (Silver, Pyke and Thomas 2017, chapter 6).
    """
    products, weeks = spread.shape
    sums = np.concatenate([np.zeros((products, 1)), np.cumsum(spread**2, axis=1)], axis=1)
    begin = np.arange(weeks)[None, :]
    span = (lead_weeks[:, None] + cover_weeks).astype(int)
    end = np.minimum(begin + span, weeks)
    rows = np.arange(products)[:, None]
    known = np.maximum(end - begin, 1)
    # Weeks beyond the horizon are taken to be like those before its end.
    variance = (sums[rows, end] - sums[rows, begin]) * span / known
    return np.asarray(NormalDist().inv_cdf(service_level) * np.sqrt(np.maximum(variance, 0)))


def net_requirements(inputs: PlanInputs, demand: WeeklyDemand, assumptions: Assumptions) -> Netting:
    """Net level by level; what lots of a level use is needed at the level below when they are released."""
    weeks = assumptions.horizon_weeks
    terms = terms_of(inputs, assumptions)
    codes = low_level_codes(inputs.bom)
    keys = sorted({*demand.keys, *codes["product_key"]} & set(terms["product_key"]))
    terms = pl.DataFrame({"product_key": keys}, schema={"product_key": pl.String}).join(
        terms, on="product_key", how="left", maintain_order="left"
    )
    terms = terms.with_columns(is_sold=pl.col("product_key").is_in(demand.keys))
    level = terms.join(codes, on="product_key", how="left", maintain_order="left")["level"].fill_null(0).to_numpy()
    place = {key: row for row, key in enumerate(keys)}
    rows = [place[key] for key in demand.keys if key in place]
    taken = [row for row, key in enumerate(demand.keys) if key in place]
    gross, spread, ordered = (np.zeros((len(keys), weeks)) for _ in range(3))
    gross[rows], spread[rows], ordered[rows] = demand.needed[taken], demand.spread[taken], demand.ordered[taken]
    lead = terms["lead_weeks"].fill_null(0).to_numpy().astype(int)
    safety = safety_stock(spread, lead.astype(float), assumptions.cover_weeks, assumptions.service_level)
    safety = np.maximum(safety, terms["minimum_stock"].fill_null(0).to_numpy()[:, None])
    safety = np.where(terms["is_whole"].fill_null(False).to_numpy()[:, None], np.ceil(safety - 1e-9), safety)
    stock = matrix(inputs.stock.with_columns(week=pl.lit(0)), keys, 1, "quantity")[:, 0]
    receipts = matrix(
        inputs.receipts.with_columns(week=inputs.week_number("due_on").clip(lower_bound=0)).filter(pl.col("week") < weeks),
        keys, weeks, "quantity",
    )  # fmt: skip
    lots = np.zeros_like(gross)
    late = np.zeros_like(gross)
    uses = _uses(inputs.bom, place)
    scrap = _pieces_begun(inputs, keys)
    for depth in range(int(level.max(initial=0)) + 1):
        some = np.flatnonzero(level == depth)
        # What nobody needs any more is not filled up to its minimum stock.
        safety[some] = np.where(gross[some].sum(axis=1, keepdims=True) > 0, safety[some], 0.0)
        lots[some], late[some] = _lots(
            gross[some], stock[some], receipts[some], safety[some], lead[some],
            terms["minimum"].fill_null(0).to_numpy()[some], terms["is_whole"].fill_null(False).to_numpy()[some],
            assumptions.cover_weeks,
        )  # fmt: skip
        below = uses.filter(pl.col("assembly").is_in(some))
        if not below.is_empty():
            assembly = below["assembly"].to_numpy()
            released = _shifted(lots[assembly] * scrap[assembly, None], lead[assembly])
            np.add.at(gross, below["component"].to_numpy(), released * below["quantity"].to_numpy()[:, None])
    share = np.divide(ordered, gross, out=np.zeros_like(gross), where=gross > 0)
    return Netting(_lot_frame(keys, lots, lead, terms, share), _long(keys, late, LATE), terms, keys, gross, safety)


def _lots(
    gross: Floats, stock: Floats, receipts: Floats, safety: Floats, lead: Floats, minimum: Floats, is_whole: Floats, cover: int,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Go through the weeks once for all products: what a week takes is gone for the weeks after it."""
    weeks = gross.shape[1]
    lots, late = np.zeros_like(gross), np.zeros_like(gross)
    balance = stock.copy()
    net_ahead = np.cumsum(gross - receipts, axis=1)
    for week in range(weeks):
        balance = balance + receipts[:, week] - gross[:, week]
        last = min(week + cover, weeks) - 1
        rest = net_ahead[:, last] - net_ahead[:, week]
        may = week >= lead
        due = may & (balance < safety[:, week] - 1e-9)
        wanted = np.maximum(safety[:, last] + rest - balance, safety[:, week] - balance)
        lot = np.where(due, np.maximum(wanted, minimum), 0.0)
        lot = np.where(is_whole, np.ceil(lot - 1e-9), lot)
        lots[:, week] = lot
        owed = np.maximum(-balance, 0)
        balance = balance + lot
        # Only what this week adds to the debt; the debt itself stays until a lot pays it.
        late[:, week] = np.where(may, 0.0, np.minimum(owed, gross[:, week]))
    return lots, late


def _shifted(lots: Floats, lead: Floats) -> Floats:
    """Move lots from the week in which they are due to the week in which they are released."""
    weeks = lots.shape[1]
    source = np.arange(weeks)[None, :] + lead[:, None]
    moved = np.take_along_axis(lots, np.minimum(source, weeks - 1), axis=1)
    return np.where(source < weeks, moved, 0.0)


def _uses(bom: pl.DataFrame, place: dict[str, int]) -> pl.DataFrame:
    rows = pl.DataFrame({"key": list(place), "row": list(place.values())}, schema={"key": pl.String, "row": pl.Int64})
    return (
        bom.join(rows.rename({"key": "assembly_key", "row": "assembly"}), on="assembly_key")
        .join(rows.rename({"key": "component_key", "row": "component"}), on="component_key")
        .select("assembly", "component", "quantity")
    )


def _pieces_begun(inputs: PlanInputs, keys: list[str]) -> Floats:
    """How many pieces are begun for each good one: the yields of all steps together."""
    yields = inputs.routing.group_by("product_key").agg(begun=1 / pl.col("yield_rate").product())
    named = pl.DataFrame({"product_key": keys}, schema={"product_key": pl.String})
    return named.join(yields, on="product_key", how="left", maintain_order="left")["begun"].fill_null(1.0).to_numpy()


def _lot_frame(keys: list[str], lots: Floats, lead: Floats, terms: pl.DataFrame, share: Floats) -> pl.DataFrame:
    row, week = np.nonzero(lots)
    made = terms["is_made"].fill_null(False).to_numpy()
    return pl.DataFrame(
        {
            "product_key": [keys[number] for number in row],
            "release_week": week - lead[row],
            "due_week": week,
            "quantity": lots[row, week],
            "is_made": made[row],
            "priority": share[row, week],
        },
        schema=LOTS,
    )


def _long(
    keys: list[str], values: Floats, schema: dict[str, type[pl.DataType]] | dict[str, pl.DataType]
) -> pl.DataFrame:
    row, week = np.nonzero(values > 1e-9)
    return pl.DataFrame(
        {"product_key": [keys[number] for number in row], "week": week, "quantity": values[row, week]}, schema=schema
    )

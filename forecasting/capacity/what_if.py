"""A plan under other assumptions, beside the plan as it is.

Comes in: settings, changes, the current publication. Goes out: `Comparison`, long rows of base and changed figures. Called by
`weft plan`; nothing is written to the lake.
"""

from dataclasses import dataclass

import polars as pl

from forecasting.capacity.assumptions import Assumptions
from forecasting.capacity.inputs import PlanInputs
from forecasting.capacity.plan import Plan, make_plan
from warehouse.errors import WeftError

CENTRE_MEASURES = {
    "load": "load_hours", "overtime": "planned_overtime_hours", "subcontract": "subcontract_hours", "unmet": "unmet_hours",
    "available": "regular_hours",
}  # fmt: skip
KEYS = ["scope", "work_centre_id", "week_start_on", "measure", "unit_code"]


@dataclass(frozen=True)
class Comparison:
    """One row per scope (total, centre, centre and week) and measure, with base, changed and difference."""

    rows: pl.DataFrame
    base: Plan
    changed: Plan


def compare_plans(inputs: PlanInputs, base: Assumptions, changed: Assumptions) -> Comparison:
    """Make both plans from the same inputs.

    Raises:
        WeftError: the market is none in which anything is sold.
    """
    if changed.market_code is not None:
        known = (
            pl.concat([inputs.demand["market_code"], inputs.market_shares["market_code"]]).drop_nulls().unique().sort()
        )
        if changed.market_code not in known:
            raise WeftError(f"Nothing is sold in market {changed.market_code}. Markets are: {', '.join(known)}.")
    plans = make_plan(inputs, base), make_plan(inputs, changed)
    before, after = (figures(plan, inputs) for plan in plans)
    rows = (
        before.rename({"value": "base"})
        .join(after.rename({"value": "changed"}), on=KEYS, how="full", coalesce=True, nulls_equal=True)
        .with_columns(pl.col("base", "changed").fill_null(0.0).round(4))
        .with_columns(difference=(pl.col("changed") - pl.col("base")).round(4))
        .with_columns(order=pl.col("scope").replace_strict({"total": 0, "centre": 1, "centre and week": 2}))
        .sort("order", "work_centre_id", "week_start_on", "measure")
        .drop("order")
    )
    return Comparison(rows, *plans)


def figures(plan: Plan, inputs: PlanInputs) -> pl.DataFrame:
    """Return the figures of one plan, long."""
    load = plan.load.join(
        inputs.centres.select("work_centre_key", "work_centre_id"), on="work_centre_key"
    ).with_columns(week_start_on=(pl.lit(inputs.first_week) + pl.duration(weeks=pl.col("week"))).cast(pl.Date))
    weekly = (
        load.rename({column: measure for measure, column in CENTRE_MEASURES.items()})
        .unpivot(
            list(CENTRE_MEASURES),
            index=["work_centre_id", "week_start_on"],
            variable_name="measure",
            value_name="value",
        )
        .with_columns(scope=pl.lit("centre and week"), unit_code=pl.lit("h"))
    )
    by_centre = weekly.group_by("work_centre_id", "measure", "unit_code").agg(pl.col("value").sum())
    in_total = weekly.group_by("measure", "unit_code").agg(pl.col("value").sum())
    pieces = plan.production
    late = plan.shortfall.filter(pl.col("kind") == "late")
    unmet = plan.shortfall.filter(pl.col("kind") == "unmet")
    money = inputs.currency_code
    own, sub = pieces.filter(pl.col("means") == "own"), pieces.filter(pl.col("means") == "subcontract")
    further = pl.DataFrame(
        [
            ("demand", "pieces", float(plan.netting.gross[_sold(plan)].sum())),
            ("made", "pieces", float(own["quantity"].sum())),
            ("subcontracted", "pieces", float(sub["quantity"].sum())),
            ("bought", "pieces", float(plan.purchases["quantity"].sum())),
            ("bought for", money, float((plan.purchases["quantity"] * plan.purchases["price"]).sum() or 0.0)),
            ("late pieces", "piece weeks", float(late["quantity"].sum())),
            ("unmet pieces", "pieces", float(unmet["quantity"].sum())),
            ("cost of shortfalls", money, float(plan.shortfall["cost"].sum())),
            ("cost of the plan", money, plan.cost),
            ("weeks of bottlenecks", "weeks", float(plan.load["is_bottleneck"].sum())),
        ],
        schema=["measure", "unit_code", "value"],
        orient="row",
    )
    order = [*KEYS, "value"]
    nowhere = {"work_centre_id": pl.lit(None, pl.String), "week_start_on": pl.lit(None, pl.Date)}
    return pl.concat(
        [
            further.with_columns(scope=pl.lit("total"), **nowhere).select(order),
            in_total.with_columns(scope=pl.lit("total"), **nowhere).select(order),
            by_centre.with_columns(scope=pl.lit("centre"), week_start_on=nowhere["week_start_on"]).select(order),
            weekly.select(order),
        ]
    )


def _sold(plan: Plan) -> list[bool]:
    return plan.netting.terms["is_sold"].fill_null(False).to_list()

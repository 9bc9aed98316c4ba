"""The whole way from inputs to a plan, without any warehouse.

Comes in: `PlanInputs` and `Assumptions`. Goes out: `Plan`, frames of load, proposals and shortfalls. Called by
`forecasting.capacity.run` and by the what-if.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from forecasting.capacity.assumptions import Assumptions
from forecasting.capacity.batches import batches
from forecasting.capacity.demand import Floats, matrix, weekly_demand
from forecasting.capacity.families import Families, make_families
from forecasting.capacity.finite import FinitePlan, solve
from forecasting.capacity.hours import available_hours
from forecasting.capacity.inputs import PlanInputs
from forecasting.capacity.load import lot_hours, open_load, week_shares, weekly_load
from forecasting.capacity.netting import Netting, net_requirements
from forecasting.capacity.overload import lot_spread, overload_chance
from forecasting.capacity.shop import Shop
from forecasting.capacity.shortfall import explain
from forecasting.capacity.suppliers import within_supplier_capacity

BOTTLENECK_CHANCE = 0.5


@dataclass(frozen=True)
class Plan:
    """`load` per work centre and week, `production` batches, `purchases` lots, `shortfall`; netting and finite plan for the curious."""

    load: pl.DataFrame
    production: pl.DataFrame
    purchases: pl.DataFrame
    shortfall: pl.DataFrame
    netting: Netting
    families: Families
    finite: FinitePlan
    cost: float


def make_plan(inputs: PlanInputs, assumptions: Assumptions) -> Plan:
    """Net, load, optimise, explain."""
    if inputs.forecast_weeks is not None:
        assumptions = assumptions.changed(horizon_weeks=min(assumptions.horizon_weeks, inputs.forecast_weeks))
    weeks = assumptions.horizon_weeks
    demand = weekly_demand(inputs, assumptions)
    netting = net_requirements(inputs, demand, assumptions)
    hours = lot_hours(netting.lots, inputs, assumptions)
    centres = inputs.centres["work_centre_key"].to_list()
    hours = hours.filter(pl.col("work_centre_key").is_in(centres))
    load = _rough_load(inputs, assumptions, netting, hours)
    load = overload_chance(hours, lot_spread(netting.lots, demand), load, assumptions.demand_correlation)
    families = make_families(inputs, netting, hours, demand, centres, assumptions)
    shop = _shop(inputs, assumptions, load, families, centres)
    finite = solve(families, shop, assumptions)
    return Plan(
        load=_with_plan(load, families, finite, centres, weeks),
        production=_production(families, finite, netting, inputs, assumptions),
        purchases=_purchases(netting, inputs, assumptions),
        shortfall=explain(families, finite, shop, centres, netting, assumptions),
        netting=netting,
        families=families,
        finite=finite,
        cost=finite.cost,
    )


def _purchases(netting: Netting, inputs: PlanInputs, assumptions: Assumptions) -> pl.DataFrame:
    lots = netting.lots.filter(~pl.col("is_made")).join(netting.terms.drop("is_made"), on="product_key")
    share, weeks = assumptions.supplier_peak_share, assumptions.horizon_weeks
    return within_supplier_capacity(lots, inputs.supplier_peaks, share, weeks).sort("release_week", "product_key")


def _rough_load(inputs: PlanInputs, assumptions: Assumptions, netting: Netting, hours: pl.DataFrame) -> pl.DataFrame:
    weeks = assumptions.horizon_weeks
    key = ["work_centre_key", "week"]
    proposed = weekly_load(hours, inputs.profile, netting.terms, weeks).rename({"hours": "proposed_hours"})
    opened = open_load(inputs, weeks).rename({"hours": "open_hours"})
    return (
        available_hours(inputs, assumptions)
        .join(opened, on=key, how="left")
        .join(proposed, on=key, how="left")
        .with_columns(pl.col("open_hours").fill_null(0.0), pl.col("proposed_hours").fill_null(0.0))
        .with_columns(load_hours=pl.col("open_hours") + pl.col("proposed_hours"))
        .sort(key)
    )


def _shop(
    inputs: PlanInputs, assumptions: Assumptions, load: pl.DataFrame, families: Families, centres: list[str]
) -> Shop:
    weeks = assumptions.horizon_weeks
    named = load.rename({"work_centre_key": "product_key"})
    rates = inputs.centres["cost_rate"].fill_null(assumptions.cost_rate_per_hour).to_numpy()
    shares = {
        int(lead): _as_matrix(week_shares(inputs.profile, centres, int(lead)), centres)
        for lead in np.unique(families.lead)
    }
    return Shop(
        regular=matrix(named, centres, weeks, "regular_hours"),
        overtime=matrix(named, centres, weeks, "overtime_hours"),
        open_load=matrix(named, centres, weeks, "open_hours"),
        rate=rates,
        shares=shares,
    )


def _as_matrix(shares: pl.DataFrame, centres: list[str]) -> Floats:
    some = shares.filter(pl.col("work_centre_key").is_in(centres))
    span = max(some["after"].to_list(), default=0) + 1
    return matrix(some.rename({"work_centre_key": "product_key", "after": "week"}), centres, span, "share")


def _with_plan(
    load: pl.DataFrame, families: Families, finite: FinitePlan, centres: list[str], weeks: int
) -> pl.DataFrame:
    """Add what the finite plan does with each centre and week, and which centres are bottlenecks."""
    outside = families.hours_each.T @ finite.sub
    undone = _moved_to_release(finite.unmet, families)
    planned = pl.DataFrame(
        {
            "work_centre_key": np.repeat(np.array(centres, dtype=object), weeks).tolist(),
            "week": np.tile(np.arange(weeks), len(centres)),
            "planned_regular_hours": finite.regular.ravel(),
            "planned_overtime_hours": finite.overtime.ravel(),
            "carried_hours": finite.carried.ravel(),
            "subcontract_hours": outside.ravel(),
            "unmet_hours": (families.hours_each.T @ undone).ravel(),
            "hour_worth": finite.hour_worth.ravel(),
        },
        schema_overrides={"work_centre_key": pl.String, "week": pl.Int64},
    )
    return load.join(planned, on=["work_centre_key", "week"], how="left").with_columns(
        utilisation=pl.when(pl.col("regular_hours") > 0).then(pl.col("load_hours") / pl.col("regular_hours")),
        is_bottleneck=(pl.col("chance_of_overload") > BOTTLENECK_CHANCE) | (pl.col("hour_worth") > 1e-6),
    )


def _moved_to_release(pieces: Floats, families: Families) -> Floats:
    moved = np.zeros_like(pieces)
    row, week = np.nonzero(pieces)
    np.add.at(moved, (row, np.maximum(week - families.lead[row].astype(int), 0)), pieces[row, week])
    return moved


def _production(
    families: Families, finite: FinitePlan, netting: Netting, inputs: PlanInputs, assumptions: Assumptions
) -> pl.DataFrame:
    """Batches with the pieces to begin, hours and lateness."""
    begun = inputs.routing.group_by("product_key").agg(begun=1 / pl.col("yield_rate").product())
    made = batches(families, finite, netting.lots, assumptions).join(begun, on="product_key", how="left")
    hours = (
        lot_hours(made.with_columns(is_made=pl.lit(True), batch=pl.int_range(pl.len())), inputs, assumptions)
        .group_by("batch")
        .agg(hours=(pl.col("setup_hours") + pl.col("run_hours")).sum())
    )
    return (
        made.with_columns(batch=pl.int_range(pl.len()))
        .join(hours, on="batch", how="left")
        .join(
            netting.terms.select("product_key", "sku", "product_name", "style_id", "unit_code", "is_whole"),
            on="product_key",
        )
        .with_columns(
            start_quantity=pl.when("is_whole")
            .then((pl.col("quantity") * pl.col("begun").fill_null(1.0) - 1e-9).ceil())
            .otherwise(pl.col("quantity") * pl.col("begun").fill_null(1.0)),
            hours=pl.col("hours").fill_null(0.0),
            is_late=pl.col("ready_week") > pl.col("due_week"),
        )
        .sort("release_week", "sku", "means")
    )

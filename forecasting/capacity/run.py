"""Makes the capacity plan of a run.

Comes in: settings and the run's id. Goes out: the tables of `tables` in the live lake, and a summary for the run's log. Called by
orchestration after the sales forecast and before the marts are audited, in a process of its own.
"""

import time
from dataclasses import dataclass

import polars as pl

from forecasting.capacity.assumptions import assumptions_of
from forecasting.capacity.load_check import check_load
from forecasting.capacity.plan import make_plan
from forecasting.capacity.reading import read_inputs
from forecasting.capacity.rows import check_rows, plan_rows
from forecasting.capacity.tables import empty_tables, replace_tables
from warehouse.lake import connect_lake
from warehouse.settings import Settings


@dataclass(frozen=True)
class CapacitySummary:
    """What was planned; `reason` says why nothing was. Errors of the check are shares of the hours worked, None without production."""

    reason: str
    centres: int
    weeks: int
    production_proposals: int
    purchase_proposals: int
    shortfalls: int
    bottleneck_weeks: int
    cost: float
    gap: float
    method: str
    actual_hours: float
    planned_hours: float
    planned_error: float | None
    scheduled_error: float | None
    seconds: float


def make_capacity_plan(settings: Settings, run_id: str) -> CapacitySummary:
    """Plan, check the method on past orders, and replace the tables; without a plan they are there and empty."""
    started = time.monotonic()
    assumptions = assumptions_of(settings)
    frames, plan, reason = empty_tables(), None, "Switched off by [capacity] enabled."
    with connect_lake(settings) as con:
        inputs = None
        if settings.capacity.enabled:
            inputs, reason = read_inputs(con, settings, assumptions)
        check = check_load(con)
        centres = con.execute(
            "SELECT work_centre_key, work_centre_id, work_centre_name FROM lake.marts.dim_work_centre"
        ).pl()
    if settings.capacity.enabled:
        frames["mart_capacity_load_check"] = check_rows(check, centres, run_id)
    # The lake is not held open while the plan is worked out.
    if inputs is not None:
        plan = make_plan(inputs, assumptions)
        frames |= plan_rows(plan, inputs, run_id)
    with connect_lake(settings) as con:
        replace_tables(con, frames)
    load = frames["fct_capacity"]
    return CapacitySummary(
        reason=reason,
        centres=load["work_centre_key"].n_unique(),
        weeks=load["week_start_on"].n_unique(),
        production_proposals=frames["fct_production_proposal"].height,
        purchase_proposals=frames["fct_purchase_proposal"].height,
        shortfalls=frames["fct_plan_shortfall"].height,
        bottleneck_weeks=load.filter(pl.col("is_bottleneck").cast(pl.Boolean)).height if load.height else 0,
        cost=plan.cost if plan else 0.0,
        gap=plan.finite.gap if plan else 0.0,
        method=plan.finite.method if plan else "none",
        actual_hours=check.actual_hours,
        planned_hours=check.planned_hours,
        planned_error=check.planned_error,
        scheduled_error=check.scheduled_error,
        seconds=round(time.monotonic() - started, 3),
    )

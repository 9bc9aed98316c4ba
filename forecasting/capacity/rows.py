"""From a plan to the rows of its tables.

Comes in: a plan, its inputs and the check of past load. Goes out: one frame per table of `tables`. Called by `forecasting.capacity.run`.
"""

from importlib.metadata import version

import polars as pl

from forecasting.capacity.inputs import PlanInputs
from forecasting.capacity.load_check import LoadCheck
from forecasting.capacity.plan import Plan
from forecasting.capacity.tables import TABLES, empty_tables

RULES = "1"


def plan_version() -> str:
    """Return the versions of the rules and of the solver's library."""
    return f"capacity {RULES}, scipy {version('scipy')}"


def plan_rows(plan: Plan, inputs: PlanInputs, run_id: str) -> dict[str, pl.DataFrame]:
    """Return the rows of all tables but the check."""
    centres = inputs.centres.select("work_centre_key", "work_centre_id", "work_centre_name")
    made = {"run_id": run_id, "plan_version": plan_version(), "currency_code": inputs.currency_code}
    return {
        "fct_capacity": _finished("fct_capacity", _capacity(plan, inputs, centres), made),
        "fct_production_proposal": _finished("fct_production_proposal", _production(plan, inputs), made),
        "fct_purchase_proposal": _finished("fct_purchase_proposal", _purchases(plan, inputs), made),
        "fct_plan_shortfall": _finished("fct_plan_shortfall", shortfall_rows(plan, inputs), made),
    }


def check_rows(check: LoadCheck, centres: pl.DataFrame, run_id: str) -> pl.DataFrame:
    """Return the rows of `mart_capacity_load_check`."""
    named = check.weekly.join(
        centres.select("work_centre_key", "work_centre_id", "work_centre_name"), on="work_centre_key"
    )
    frame = named.with_columns(
        difference_hours=pl.col("planned_hours") - pl.col("actual_hours"),
        capacity_load_check_key=_key("work_centre_key", "week_start_on"),
    )
    return _finished("mart_capacity_load_check", frame, {"run_id": run_id, "plan_version": plan_version()})


def _capacity(plan: Plan, inputs: PlanInputs, centres: pl.DataFrame) -> pl.DataFrame:
    return (
        _dated(plan.load, inputs, week_start_on="week")
        .join(centres, on="work_centre_key")
        .rename(
            {
                "open_hours": "open_load_hours",
                "proposed_hours": "proposed_load_hours",
                "load_spread": "load_spread_hours",
            }
        )
        .with_columns(capacity_key=_key("work_centre_key", "week_start_on"))
        .sort("work_centre_id", "week_start_on")
    )


def _production(plan: Plan, inputs: PlanInputs) -> pl.DataFrame:
    dated = _dated(
        plan.production, inputs, week_start_on="release_week", ready_week_on="ready_week", due_week_on="due_week"
    )
    return (
        dated.rename({"hours": "load_hours"})
        .with_columns(production_proposal_key=_key("product_key", "means", "week_start_on", "ready_week_on"))
        .sort("week_start_on", "sku", "means", "ready_week_on")
    )


def _purchases(plan: Plan, inputs: PlanInputs) -> pl.DataFrame:
    dated = _dated(plan.purchases, inputs, week_start_on="release_week", due_week_on="due_week")
    orders = (pl.col("quantity") / pl.col("maximum")).ceil().cast(pl.Int64)
    at_once = pl.col("quantity").sum().over("supplier_id", "due_week_on")
    return (
        dated.join(inputs.supplier_peaks.rename({"quantity": "peak"}), on="supplier_id", how="left")
        .with_columns(
            order_count=pl.when(pl.col("maximum") > 0).then(orders).otherwise(1),
            unit_price="price",
            amount=pl.col("quantity") * pl.col("price"),
            supplier_load=pl.when(pl.col("peak") > 0).then(at_once / pl.col("peak")),
            lead_time_weeks="lead_weeks",
            purchase_proposal_key=_key("product_key", "week_start_on"),
        )
        .sort("week_start_on", "sku")
    )


def shortfall_rows(plan: Plan, inputs: PlanInputs) -> pl.DataFrame:
    """Return the shortfalls with names, days and an explanation in words."""
    skus = inputs.products.select("product_key", "sku", "style_id")
    styles = plan.families.members.group_by("family").agg(
        pl.col("style_id").first(), only_sku=pl.col("sku").first(), members=pl.len()
    )
    alone = pl.col("members") == 1
    named = (
        plan.shortfall.join(styles.rename({"style_id": "family_style"}), on="family", how="left")
        .join(skus, on="product_key", how="left")
        .join(skus.select(component_key="product_key", component_sku="sku"), on="component_key", how="left")
        .join(
            inputs.centres.select("work_centre_key", "work_centre_id", "work_centre_name"),
            on="work_centre_key",
            how="left",
        )
        .with_columns(
            sku=pl.coalesce("sku", pl.when(alone).then(pl.col("only_sku"))),
            style_id=pl.coalesce("style_id", "family_style"),
        )
    )
    dated = _dated(named, inputs, week_start_on="week", binding_week_on="binding_week")
    what = pl.format("{} of {}", pl.col("quantity").round(2), pl.coalesce("sku", "style_id", "family", "product_key"))
    done = pl.when(pl.col("kind") == "late").then(pl.lit("late in")).otherwise(pl.lit("not made for"))
    week = pl.format("{} the week of {}", done, pl.col("week_start_on").cast(pl.String))
    why = (
        pl.when(pl.col("reason") == "hours")
        .then(
            pl.format(
                "{} has no hours left in the week of {}, where one more would save {}",
                pl.coalesce("work_centre_name", "work_centre_id").fill_null("a work centre"),
                pl.col("binding_week_on").cast(pl.String).fill_null("?"), pl.col("hour_worth").round(2).fill_null(0.0),
            )
        )
        .when(pl.col("reason") == "material")
        .then(pl.format("{} is not there in time", pl.col("component_sku").fill_null("a component")))
        .when(pl.col("reason") == "component made here")
        .then(pl.format("{} is not ready in time", pl.coalesce("component_sku", "component_key", pl.lit("a component"))))
        .when(pl.col("reason") == "set-up")
        .then(pl.lit("another set-up would cost more than waiting for the next lot"))
        .when(pl.col("reason") == "lead time")
        .then(pl.lit("nothing can be there so soon"))
        .otherwise(pl.lit("waiting is cheaper than overtime or subcontractors"))
    )  # fmt: skip
    return dated.with_columns(
        explanation=pl.format("{} {}: {}.", what, week, why),
        plan_shortfall_key=_key("family", "product_key", "week_start_on", "kind"),
    ).sort("week_start_on", "family", "product_key", "kind")


def _dated(frame: pl.DataFrame, inputs: PlanInputs, **columns: str) -> pl.DataFrame:
    """Add the Mondays of numbered weeks."""
    return frame.with_columns(
        (pl.lit(inputs.first_week) + pl.duration(weeks=pl.col(number))).cast(pl.Date).alias(name)
        for name, number in columns.items()
    )


def _key(*parts: str) -> pl.Expr:
    """A key made of the parts themselves: short enough, and it says what it stands for."""
    return pl.concat_str([pl.col(part).cast(pl.String).fill_null("") for part in parts], separator="|")


def _finished(table: str, frame: pl.DataFrame, made: dict[str, str]) -> pl.DataFrame:
    if frame.is_empty():
        return empty_tables()[table]
    return frame.with_columns(
        iso_year=pl.col("week_start_on").dt.iso_year(),
        iso_week=pl.col("week_start_on").dt.week(),
        **{name: pl.lit(value) for name, value in made.items()},
    ).select(*TABLES[table][1])

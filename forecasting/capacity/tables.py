"""The tables of the capacity plan: their columns, what they mean, and how they are replaced.

Comes in: frames with these columns. Goes out: the tables in the live lake, all in one transaction. Called by `forecasting.capacity.run`;
the rows come from `rows`.
"""

from collections.abc import Mapping
from typing import Any

import duckdb
import polars as pl

from warehouse.described_table import replace_by_empty

QUANTITY, HOURS, RATE, MONEY = "DECIMAL(18,4)", "DECIMAL(18,4)", "DECIMAL(18,6)", "DECIMAL(24,4)"
Columns = dict[str, tuple[str, str]]

WEEK: Columns = {
    "week_start_on": ("DATE NOT NULL", "Monday of the week."),
    "iso_year": ("INTEGER NOT NULL", "ISO year of the week."),
    "iso_week": ("INTEGER NOT NULL", "ISO number of the week."),
}
CENTRE: Columns = {
    "work_centre_key": ("VARCHAR NOT NULL", "Key of the work centre, in dim_work_centre."),
    "work_centre_id": ("VARCHAR NOT NULL", "Number of the work centre in its system."),
    "work_centre_name": ("VARCHAR", "Name of the work centre."),
}
PRODUCT: Columns = {
    "product_key": ("VARCHAR NOT NULL", "Key of the product, in dim_product."),
    "sku": ("VARCHAR NOT NULL", "The number under which the ERP knows the product."),
    "product_name": ("VARCHAR", "Name of the product."),
}
MADE: Columns = {
    "run_id": ("VARCHAR NOT NULL", "The run that made the plan."),
    "plan_version": ("VARCHAR NOT NULL", "Version of the rules and libraries that made it."),
}
CURRENCY: Columns = {
    "currency_code": ("VARCHAR NOT NULL", "Currency of the costs, ISO 4217: the company's reporting currency.")
}

TABLES: dict[str, tuple[str, Columns]] = {
    "fct_capacity": (
        "One row per work centre and planned week: the hours there are, the load that is expected, the chance that it is too much, "
        "and what the finite plan does.",
        {
            "capacity_key": ("VARCHAR NOT NULL", "Key of work centre and week."),
            **CENTRE, **WEEK,
            "regular_hours": (f"{HOURS} NOT NULL", "Hours of the shifts, less holidays and closed days."),
            "overtime_hours": (f"{HOURS} NOT NULL", "Hours that may be worked beyond."),
            "open_load_hours": (f"{HOURS} NOT NULL", "Load of production orders that have been given out."),
            "proposed_load_hours": (f"{HOURS} NOT NULL", "Load of what is needed besides, as if hours had no limit."),
            "load_hours": (f"{HOURS} NOT NULL", "Both together."),
            "load_spread_hours": (f"{HOURS} NOT NULL", "Standard deviation of the load, as demand may turn out."),
            "utilisation": (RATE, "Load divided by regular hours; null in weeks without any."),
            "chance_of_overload": (f"{RATE} NOT NULL", "Chance that the load is above the regular hours."),
            "is_bottleneck": ("BOOLEAN NOT NULL", "Overload is likelier than not, or an hour more would make the finite plan cheaper."),
            "planned_regular_hours": (f"{HOURS} NOT NULL", "Regular hours that the finite plan uses."),
            "planned_overtime_hours": (f"{HOURS} NOT NULL", "Overtime that it uses."),
            "subcontract_hours": (f"{HOURS} NOT NULL", "Hours of this centre that it leaves to subcontractors."),
            "unmet_hours": (f"{HOURS} NOT NULL", "Hours that would be needed for what it leaves undone."),
            "carried_hours": (f"{HOURS} NOT NULL", "Hours of open orders that wait for the next week."),
            "hour_worth": (f"{MONEY} NOT NULL", "What one more regular hour would save beyond its own cost: its shadow price."),
            **CURRENCY, **MADE,
        },
    ),
    "fct_production_proposal": (
        "One row per product, week and way of making: what to make, within the hours that there are.",
        {
            "production_proposal_key": ("VARCHAR NOT NULL", "Key of product, way of making, release and ready week."),
            **PRODUCT,
            "style_id": ("VARCHAR", "The style of the product."),
            "means": ("VARCHAR NOT NULL", "own: in the own work centres; subcontract: by a subcontractor."),
            **WEEK,
            "ready_week_on": ("DATE NOT NULL", "Monday of the week in which the pieces can be used."),
            "due_week_on": ("DATE NOT NULL", "Monday of the week in which the first of them are needed."),
            "quantity": (f"{QUANTITY} NOT NULL", "Good pieces that are needed."),
            "start_quantity": (f"{QUANTITY} NOT NULL", "Pieces to begin, so that so many are good."),
            "unit_code": ("VARCHAR NOT NULL", "Unit of the quantities."),
            "load_hours": (f"{HOURS} NOT NULL", "Hours that they take in all centres, with set-up and learning."),
            "is_late": ("BOOLEAN NOT NULL", "Ready after they are due."),
            **MADE,
        },
    ),
    "fct_purchase_proposal": (
        "One row per product and week: what to order, from whom.",
        {
            "purchase_proposal_key": ("VARCHAR NOT NULL", "Key of product and order week."),
            **PRODUCT,
            "supplier_id": ("VARCHAR", "Number of the supplier to ask first; null where none is known."),
            "supplier_name": ("VARCHAR", "Its name."),
            **WEEK,
            "due_week_on": ("DATE NOT NULL", "Monday of the week in which the goods are to come."),
            "quantity": (f"{QUANTITY} NOT NULL", "Quantity to order, at least the supplier's minimum."),
            "unit_code": ("VARCHAR NOT NULL", "Unit of the quantity."),
            "order_count": ("INTEGER NOT NULL", "Orders that it takes, since the supplier limits a single one."),
            "lead_time_weeks": ("INTEGER NOT NULL", "Weeks from order to goods."),
            "unit_price": (MONEY, "Price of a unit as last paid or offered, in currency_code."),
            "amount": (MONEY, "Quantity times price."),
            "supplier_load": (RATE, "All that is proposed to it for the due week, divided by what came in its busiest week of a year."),
            **CURRENCY, **MADE,
        },
    ),
    "fct_plan_shortfall": (
        "One row per product or style, week and kind: what the plan cannot meet in time or at all, what stands in the way, and what "
        "that costs.",
        {
            "plan_shortfall_key": ("VARCHAR NOT NULL", "Key of product or style, week and kind."),
            "product_key": ("VARCHAR", "Key of the product; null where a style is planned as a whole."),
            "sku": ("VARCHAR", "The number under which the ERP knows the product."),
            "style_id": ("VARCHAR", "The style."),
            **WEEK,
            "kind": ("VARCHAR NOT NULL", "late: still owed at the end of the week; unmet: never made."),
            "quantity": (f"{QUANTITY} NOT NULL", "How many pieces."),
            "reason": ("VARCHAR NOT NULL", "hours, material, component made here, set-up, lead time, or cost (waiting is cheapest)."),
            "work_centre_id": ("VARCHAR", "The work centre whose hours are scarcest for it."),
            "binding_week_on": ("DATE", "Monday of the week in which they are."),
            "component_sku": ("VARCHAR", "The component it waits for."),
            "hour_worth": (MONEY, "What one more hour there would save."),
            "cost": (f"{MONEY} NOT NULL", "What the shortfall costs: by its margin, or by the rate of lateness."),
            "explanation": ("VARCHAR NOT NULL", "The same in words."),
            **CURRENCY, **MADE,
        },
    ),
    "mart_capacity_load_check": (
        "One row per work centre and past week: hours really worked, beside those that orders and routings ask for.",
        {
            "capacity_load_check_key": ("VARCHAR NOT NULL", "Key of work centre and week."),
            **CENTRE, **WEEK,
            "actual_hours": (f"{HOURS} NOT NULL", "Hours worked, in equal parts on the days from begin to end of each operation."),
            "planned_hours": (f"{HOURS} NOT NULL", "Order quantities times routing, on the same days."),
            "difference_hours": (f"{HOURS} NOT NULL", "Planned less actual."),
            "scheduled_hours": (f"{HOURS} NOT NULL", "The same planned hours where the start of the orders alone would have put them."),
            **MADE,
        },
    ),
}  # fmt: skip


def empty_tables() -> dict[str, pl.DataFrame]:
    """Return all tables without rows."""
    return {name: pl.DataFrame(schema=dict.fromkeys(columns, pl.String)) for name, (_, columns) in TABLES.items()}


def replace_tables(con: duckdb.DuckDBPyConnection, frames: Mapping[str, pl.DataFrame]) -> None:
    """Replace all tables by `frames`, with their comments, in one transaction."""
    con.execute("BEGIN")
    try:
        for name, (comment, columns) in TABLES.items():
            con.register("planned_rows", frames[name].to_arrow())
            replace_by_empty(con, f"lake.marts.{name}", comment, columns)
            # Floats become decimals by rounding here, so that the last binary digit of the arithmetic never shows.
            chosen = ", ".join(f"CAST({column} AS {_bare(kind)}) AS {column}" for column, (kind, _) in columns.items())
            con.execute(f"INSERT INTO lake.marts.{name} BY NAME SELECT {chosen} FROM planned_rows")
            con.unregister("planned_rows")
        con.execute("COMMIT")
    except Exception:
        con.execute("ROLLBACK")
        raise


def _bare(kind: str) -> Any:
    return kind.removesuffix(" NOT NULL")

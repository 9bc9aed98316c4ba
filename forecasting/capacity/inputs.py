"""Everything a plan is made from, as frames.

Comes in: nothing. Goes out: `PlanInputs`, filled by `reading` from the warehouse and by tests by hand. Used by every step of the plan.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

import polars as pl

Schema = dict[str, Any]
WEEK = timedelta(days=7)

PRODUCTS: Schema = {
    "product_key": pl.String, "sku": pl.String, "product_name": pl.String, "style_id": pl.String, "category_name": pl.String,
    "unit_code": pl.String, "is_made": pl.Boolean, "unit_value": pl.Float64, "unit_cost": pl.Float64,
    "minimum_stock": pl.Float64, "lead_days": pl.Int64,
}  # fmt: skip
DEMAND: Schema = {
    "product_key": pl.String, "market_code": pl.String, "week_start_on": pl.Date, "mean": pl.Float64, "spread": pl.Float64,
}  # fmt: skip
OPEN_ORDERS: Schema = {"product_key": pl.String, "market_code": pl.String, "due_on": pl.Date, "quantity": pl.Float64}
STOCK: Schema = {"product_key": pl.String, "quantity": pl.Float64}
RECEIPTS: Schema = {"product_key": pl.String, "due_on": pl.Date, "quantity": pl.Float64}
BOM: Schema = {"assembly_key": pl.String, "component_key": pl.String, "quantity": pl.Float64}
ROUTING: Schema = {
    "product_key": pl.String, "operation_sequence": pl.Int64, "work_centre_key": pl.String, "setup_minutes": pl.Float64,
    "standard_minutes": pl.Float64, "yield_rate": pl.Float64,
}  # fmt: skip
CENTRES: Schema = {
    "work_centre_key": pl.String, "work_centre_id": pl.String, "work_centre_name": pl.String, "cost_rate": pl.Float64,
    "hours_per_week": pl.Float64,
}  # fmt: skip
SHIFTS: Schema = {
    "work_centre_key": pl.String, "day_of_week": pl.Int64, "hours": pl.Float64, "valid_from": pl.Date, "valid_to": pl.Date,
}  # fmt: skip
EXCEPTIONS: Schema = {"work_centre_key": pl.String, "day": pl.Date, "hours": pl.Float64}
OFFERS: Schema = {
    "product_key": pl.String, "supplier_id": pl.String, "supplier_name": pl.String, "lead_days": pl.Int64, "price": pl.Float64,
    "minimum": pl.Float64, "maximum": pl.Float64,
}  # fmt: skip
# What is still to do of the production orders that are not finished: one row an operation, of how many pieces, from when.
OPEN_WORK: Schema = {
    "production_order_key": pl.String, "product_key": pl.String, "operation_sequence": pl.Int64, "work_centre_key": pl.String,
    "quantity": pl.Float64, "start_on": pl.Date,
}  # fmt: skip
# Share of an order's hours at a centre by day after the order's start.
PROFILE: Schema = {"work_centre_key": pl.String, "day": pl.Int64, "share": pl.Float64}
MADE_SO_FAR: Schema = {"style_id": pl.String, "quantity": pl.Float64}
MARKET_SHARES: Schema = {"product_key": pl.String, "market_code": pl.String, "share": pl.Float64}
# What a supplier delivered in its busiest week of the last year.
SUPPLIER_PEAKS: Schema = {"supplier_id": pl.String, "quantity": pl.Float64}


def empty(schema: Schema) -> pl.DataFrame:
    """Return a frame of that layout without rows."""
    return pl.DataFrame(schema=schema)


@dataclass(frozen=True)
class PlanInputs:
    """`first_week` is the Monday of the first planned week, `known_until` the last day that the orders tell of.

    `forecast_weeks` is how far the forecast reaches; nothing is planned beyond. None: as far as the plan.
    """

    first_week: date
    known_until: date
    currency_code: str = "EUR"
    forecast_weeks: int | None = None
    products: pl.DataFrame = field(default_factory=partial(empty, PRODUCTS))
    demand: pl.DataFrame = field(default_factory=partial(empty, DEMAND))
    open_orders: pl.DataFrame = field(default_factory=partial(empty, OPEN_ORDERS))
    stock: pl.DataFrame = field(default_factory=partial(empty, STOCK))
    receipts: pl.DataFrame = field(default_factory=partial(empty, RECEIPTS))
    bom: pl.DataFrame = field(default_factory=partial(empty, BOM))
    routing: pl.DataFrame = field(default_factory=partial(empty, ROUTING))
    centres: pl.DataFrame = field(default_factory=partial(empty, CENTRES))
    shifts: pl.DataFrame = field(default_factory=partial(empty, SHIFTS))
    exceptions: pl.DataFrame = field(default_factory=partial(empty, EXCEPTIONS))
    holidays: tuple[date, ...] = ()
    offers: pl.DataFrame = field(default_factory=partial(empty, OFFERS))
    open_work: pl.DataFrame = field(default_factory=partial(empty, OPEN_WORK))
    profile: pl.DataFrame = field(default_factory=partial(empty, PROFILE))
    made_so_far: pl.DataFrame = field(default_factory=partial(empty, MADE_SO_FAR))
    market_shares: pl.DataFrame = field(default_factory=partial(empty, MARKET_SHARES))
    supplier_peaks: pl.DataFrame = field(default_factory=partial(empty, SUPPLIER_PEAKS))

    def week_number(self, day: str) -> pl.Expr:
        """The number of the week in which the day in a column lies: 0 is the first planned week."""
        return (pl.col(day) - pl.lit(self.first_week)).dt.total_days().floordiv(7)

    def weeks(self, count: int) -> list[date]:
        """Return the Mondays of the first so many weeks."""
        return [self.first_week + WEEK * number for number in range(count)]

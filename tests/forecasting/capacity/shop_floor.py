"""Small companies to plan for by hand: one work centre of 40 hours, products that take an hour, weeks that begin on 5 January 2026."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

from forecasting.capacity import inputs as layout
from forecasting.capacity.assumptions import Assumptions
from forecasting.capacity.inputs import PlanInputs

MONDAY = date(2026, 1, 5)
PLAIN = Assumptions(
    horizon_weeks=6, cover_weeks=1, learning_rate=1.0, made_lead_days=7, overtime_share=0.0, subcontract_share=0.0,
    levelling_rate=0.0, demand_correlation=0.0,
)  # fmt: skip


def week(number: int) -> date:
    return MONDAY + timedelta(weeks=number)


def frame(schema: Mapping[str, Any], rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
    return pl.DataFrame([tuple(row) for row in rows], schema=dict(schema), orient="row")


def products(*rows: Mapping[str, Any]) -> pl.DataFrame:
    """Products with what is not named: made, in single pieces, sold at 30 and costing 10."""
    usual = {
        "product_name": None, "style_id": None, "category_name": "Dresses", "unit_code": "EA", "is_made": True, "unit_value": 30.0,
        "unit_cost": 10.0, "minimum_stock": 0.0, "lead_days": None,
    }  # fmt: skip
    filled = [{**usual, "sku": row["product_key"].upper(), **row} for row in rows]
    return pl.DataFrame(filled, schema=layout.PRODUCTS)


def demand(quantities: Mapping[str, Sequence[float]], spread: float = 0.0, market: str | None = "DE") -> pl.DataFrame:
    return frame(
        layout.DEMAND,
        [
            (key, market, week(n), mean, spread if mean else 0.0)
            for key, means in quantities.items()
            for n, mean in enumerate(means)
        ],
    )


def routing(*rows: tuple[str, float, float] | tuple[str, float, float, str]) -> pl.DataFrame:
    """Steps of (product, set-up minutes, minutes a piece, work centre)."""
    steps: dict[str, int] = {}
    filled = []
    for product, setup, minutes, *centre in rows:
        steps[product] = steps.get(product, 0) + 10
        filled.append((product, steps[product], centre[0] if centre else "sew", setup, minutes, 1.0))
    return frame(layout.ROUTING, filled)


def centres(*rows: tuple[str, float]) -> pl.DataFrame:
    return frame(
        layout.CENTRES, [(key, key.upper(), key.title(), 20.0, hours) for key, hours in rows or (("sew", 40.0),)]
    )


def company(**parts: Any) -> PlanInputs:
    """Inputs with what is not named left empty, and one work centre."""
    return PlanInputs(first_week=MONDAY, known_until=MONDAY - timedelta(days=1), **{"centres": centres(), **parts})


def dress(**parts: Any) -> PlanInputs:
    """One dress that takes an hour and a week."""
    return company(
        **{"products": products({"product_key": "dress"}), "routing": routing(("dress", 0.0, 60.0)), **parts}
    )

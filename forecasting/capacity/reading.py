"""Reads what a plan needs from the marts.

Comes in: a connection to the live lake or to a publication. Goes out: `PlanInputs`, or the reason why there is nothing to plan.
Called by `forecasting.capacity.run` and by the what-if.
"""

from datetime import date, timedelta
from typing import Any

import duckdb
import polars as pl

from forecasting.capacity import inputs as layout
from forecasting.capacity import queries
from forecasting.capacity.assumptions import Assumptions
from forecasting.capacity.inputs import PlanInputs, Schema
from warehouse.settings import Settings


def read_inputs(
    con: duckdb.DuckDBPyConnection, settings: Settings, assumptions: Assumptions
) -> tuple[PlanInputs | None, str]:
    """Return the inputs, or None and the reason in words."""
    tables = {
        row[0]
        for row in con.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_catalog = 'lake' AND table_schema = 'marts'"
        ).fetchall()
    }
    if "fct_forecast" not in tables:
        return None, "There is no sales forecast."
    per_sku = _one(con, queries.HAS_SKU_LEVEL)
    found = con.execute(queries.FORECAST_SPAN, {"level": "sku" if per_sku else "category_market"}).fetchone()
    if found is None or found[0] is None:
        return None, "The sales forecast is empty."
    known_until = _one(con, queries.KNOWN_UNTIL) or found[0]
    # A week that is over already is not planned.
    first_week: date = max(found[0], _monday(known_until + timedelta(days=1)))
    if found[1] < first_week:
        return None, "The sales forecast ends before the orders do."
    given: dict[str, Any] = {
        "known_until": known_until,
        "recent_from": known_until - timedelta(weeks=13),
        "value_from": known_until - timedelta(weeks=26),
        "first_week": first_week,
        "last_day": first_week + timedelta(weeks=assumptions.horizon_weeks, days=-1),
        "overdue_from": first_week - timedelta(days=assumptions.overdue_days),
        "learned_until": date.max,
        "currency": settings.company.reporting_currency,
    }

    def read(query: str, schema: Schema) -> pl.DataFrame:
        used = {name: value for name, value in given.items() if f"${name}" in query}
        frame = con.execute(query, used or None).pl()
        return frame.select(pl.col(name).cast(kind) for name, kind in schema.items())

    wanted = PlanInputs(
        first_week=first_week,
        known_until=known_until,
        currency_code=settings.company.reporting_currency,
        forecast_weeks=(found[1] - first_week).days // 7 + 1,
        products=read(queries.PRODUCTS, layout.PRODUCTS),
        demand=read(queries.DEMAND_BY_SKU if per_sku else queries.DEMAND_BY_SHARE, layout.DEMAND),
        open_orders=read(queries.OPEN_ORDERS, layout.OPEN_ORDERS),
        stock=read(queries.STOCK, layout.STOCK),
        receipts=read(queries.RECEIPTS, layout.RECEIPTS),
        bom=read(queries.BOM, layout.BOM),
        routing=read(queries.ROUTING, layout.ROUTING),
        centres=read(queries.CENTRES, layout.CENTRES),
        shifts=read(queries.SHIFTS, layout.SHIFTS),
        exceptions=read(queries.EXCEPTIONS, layout.EXCEPTIONS),
        holidays=_holidays(con, assumptions.holiday_country),
        offers=read(queries.OFFERS, layout.OFFERS),
        open_work=read(queries.OPEN_WORK, layout.OPEN_WORK),
        profile=read(queries.PROFILE, layout.PROFILE),
        made_so_far=read(queries.MADE_SO_FAR, layout.MADE_SO_FAR),
        market_shares=read(queries.MARKET_SHARES, layout.MARKET_SHARES),
        supplier_peaks=read(queries.SUPPLIER_PEAKS, layout.SUPPLIER_PEAKS),
    )
    if wanted.routing.is_empty() and wanted.offers.is_empty():
        return None, "Neither production nor purchases are known, so there is nothing to propose."
    return wanted, ""


def _holidays(con: duckdb.DuckDBPyConnection, country: str | None) -> tuple[date, ...]:
    if country is None:
        return ()
    rows = con.execute("SELECT DISTINCT holiday_on FROM lake.marts.dim_holiday WHERE country_code = ?", [country])
    return tuple(sorted(row[0] for row in rows.fetchall()))


def _one(con: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = con.execute(query).fetchone()
    return row[0] if row else None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())

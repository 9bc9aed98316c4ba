"""Figures of the marts that an erasure must leave as they are, per day.

Comes in: a connection with the lake. Goes out: measure → day → figure. Called by erasure before and after, and by its report.
"""

import duckdb

Totals = dict[str, dict[str, str]]

# Mart, its day, and what adds up.
MEASURES = {
    "orders": ("fct_order_line", "ordered_on", "count(DISTINCT order_key)"),
    "order_lines": ("fct_order_line", "ordered_on", "count(*)"),
    "units": ("fct_order_line", "ordered_on", "sum(quantity)"),
    "revenue": ("fct_order_line", "ordered_on", "sum(net_amount)"),
    "revenue_reporting": ("fct_order_line", "ordered_on", "sum(net_amount_reporting)"),
    "payments": ("fct_payment", "paid_on", "sum(amount)"),
    "refunds": ("fct_refund", "refunded_on", "sum(total_amount)"),
    "returned_units": ("fct_return_line", "returned_on", "sum(quantity)"),
    "shipments": ("fct_shipment", "shipped_on", "count(*)"),
    "tickets": ("fct_ticket", "opened_on", "count(*)"),
    "campaign_touches": ("fct_campaign_touch", "touched_on", "count(*)"),
}


def mart_totals(con: duckdb.DuckDBPyConnection) -> Totals:
    """Compute every measure whose mart is there."""
    found: Totals = {}
    for measure, (mart, day, figure) in MEASURES.items():
        try:
            rows = con.execute(
                f"SELECT coalesce(CAST({day} AS VARCHAR), ''), CAST({figure} AS VARCHAR) FROM lake.marts.{mart} GROUP BY 1 ORDER BY 1"
            ).fetchall()
        except (duckdb.CatalogException, duckdb.BinderException):
            continue
        found[measure] = {day: value or "0" for day, value in rows}
    return found


def differences(before: Totals, after: Totals) -> dict[str, list[str]]:
    """Return the days of each measure on which the figures differ."""
    found = {}
    for measure in sorted(before.keys() | after.keys()):
        old, new = before.get(measure, {}), after.get(measure, {})
        days = sorted(day for day in old.keys() | new.keys() if old.get(day) != new.get(day))
        if days:
            found[measure] = days
    return found

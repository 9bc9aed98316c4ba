"""Purchasing: what was ordered, from whom, how dear, how late, and how much of it was rejected.

Comes in: a snapshot and filters; the period is that of the order date. Goes out: frames. Called by the pages Overview and
Procurement.
"""

from datetime import date

import pandas as pd

from dashboards.filters import Filters, Period
from dashboards.publication import Parameter, Snapshot

# A supplier is judged on punctuality only after a few lines.
JUDGED_LINES = 5
LATE_BELOW = 0.9

MEASURES = """
    count(DISTINCT purchase_order_key) AS purchase_orders, count(*) AS lines,
    round(sum(net_amount_reporting), 2)::DOUBLE AS spend,
    avg((NOT is_late)::INTEGER) AS on_time_rate,
    avg(is_in_full::INTEGER) AS in_full_rate,
    avg((NOT is_late AND is_in_full)::INTEGER) AS on_time_in_full_rate,
    count(*) FILTER (is_late) AS late_lines,
    count(*) FILTER (NOT is_in_full) AS short_lines,
    (sum(rejected_quantity) / nullif(sum(received_quantity), 0))::DOUBLE AS rejection_rate,
    round(sum(price_variance_amount_reporting), 2)::DOUBLE AS price_variance,
    (sum(price_variance_amount_reporting) / nullif(sum(standard_amount_reporting), 0))::DOUBLE AS price_variance_rate,
    avg(lead_time_days) AS lead_time_days,
    avg(promised_lead_time_days) AS promised_lead_time_days,
    bool_or(is_received_on_estimated) AS has_estimated_receipts
"""


def totals(snapshot: Snapshot, filters: Filters, period: Period) -> pd.Series:
    """Return the measures of a period."""
    where, parameters = _where(filters, period)
    return snapshot.ask(f"SELECT {MEASURES} FROM marts.mart_procurement WHERE {where}", parameters).iloc[0]


def suppliers(snapshot: Snapshot, filters: Filters, period: Period) -> pd.DataFrame:
    """Return the scorecard of a period: one row per supplier, largest spend first."""
    where, parameters = _where(filters, period)
    return snapshot.ask(
        f"""
        WITH scores AS (
            SELECT supplier_key, {MEASURES} FROM marts.mart_procurement WHERE {where} GROUP BY supplier_key
        )
        SELECT supplier_name, country_code, is_preferred, is_active, credit_rating, scores.*
        FROM scores JOIN marts.dim_supplier USING (supplier_key) ORDER BY spend DESC, supplier_name
        """,
        parameters,
    )


def weekly(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Return spend and price variance per week in which something was ordered."""
    where, parameters = _where(filters, filters.period)
    return snapshot.ask(
        f"""
        SELECT date_trunc('week', ordered_on)::DATE AS week_start_on,
            round(sum(net_amount_reporting), 2)::DOUBLE AS spend,
            round(sum(price_variance_amount_reporting), 2)::DOUBLE AS price_variance
        FROM marts.mart_procurement WHERE {where} GROUP BY 1 ORDER BY 1
        """,
        parameters,
    )


def price_variances(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Return what was paid above or below the usual price per supplier and product, the dearest first."""
    where, parameters = _where(filters, filters.period)
    return snapshot.ask(
        f"""
        SELECT supplier_name, coalesce(sku, '') AS sku, product_name, sum(ordered_quantity)::DOUBLE AS quantity,
            (sum(net_amount_reporting) / nullif(sum(ordered_quantity), 0))::DOUBLE AS paid_price,
            (sum(standard_amount_reporting) / nullif(sum(ordered_quantity), 0))::DOUBLE AS usual_price,
            round(sum(price_variance_amount_reporting), 2)::DOUBLE AS price_variance,
            (sum(price_variance_amount_reporting) / nullif(sum(standard_amount_reporting), 0))::DOUBLE AS variance_rate
        FROM marts.mart_procurement
        WHERE {where} AND price_variance_amount_reporting IS NOT NULL AND price_variance_amount_reporting <> 0
        GROUP BY ALL ORDER BY price_variance DESC, supplier_name, product_name
        """,
        parameters,
    )


def late_or_short(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Return the order lines that came late, or not whole, the newest first."""
    return _lines(snapshot, filters, "is_late OR NOT is_in_full", "ordered_on DESC, purchase_order_id, line_number")


def rejections(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Return the order lines of which something was rejected, most money first."""
    return _lines(snapshot, filters, "rejected_quantity > 0", "rejected_value DESC, purchase_order_id, line_number")


def late_suppliers(snapshot: Snapshot, since: date, until: date) -> pd.DataFrame:
    """Return the suppliers that were on time with too few lines, the worst first."""
    return snapshot.ask(
        f"""
        SELECT supplier_name, on_time_rate, lines
        FROM (
            SELECT supplier_name, avg((NOT is_late)::INTEGER) AS on_time_rate, count(is_late) AS lines
            FROM marts.mart_procurement
            WHERE status IS DISTINCT FROM 'cancelled' AND ordered_on BETWEEN $start AND $end
            GROUP BY supplier_key, supplier_name
        )
        WHERE on_time_rate < {LATE_BELOW} AND lines >= {JUDGED_LINES} ORDER BY on_time_rate, lines DESC, supplier_name
        """,
        {"start": since, "end": until},
    )


def _lines(snapshot: Snapshot, filters: Filters, condition: str, order: str) -> pd.DataFrame:
    where, parameters = _where(filters, filters.period)
    return snapshot.ask(
        f"""
        SELECT purchase_order_id, line_number, supplier_name, coalesce(sku, '') AS sku, product_name, ordered_on, due_on,
            last_received_on, is_received_on_estimated, status, ordered_quantity::DOUBLE AS ordered_quantity,
            received_quantity::DOUBLE AS received_quantity, rejected_quantity::DOUBLE AS rejected_quantity,
            rejection_rate::DOUBLE AS rejection_rate, is_late, is_in_full,
            round(rejected_quantity * net_amount_reporting / nullif(ordered_quantity, 0), 2)::DOUBLE AS rejected_value
        FROM marts.mart_procurement WHERE {where} AND ({condition}) ORDER BY {order}
        """,
        parameters,
    )


def _where(filters: Filters, period: Period) -> tuple[str, dict[str, Parameter]]:
    lists, parameters = filters.where({"category": "coalesce(category_name, 'unknown')"})
    counts = "status IS DISTINCT FROM 'cancelled' AND ordered_on BETWEEN $start AND $end"
    return counts + lists, parameters | {"start": period.start, "end": period.end}

"""Procurement and suppliers: who delivers on time, whole, at the usual price and without rejects.

Comes in: the snapshot. Goes out: figures, the scorecard, price variance, lines to ask suppliers about. Called by `app.py`.
"""

import pandas as pd
import streamlit as st

from dashboards import charts, definitions, formats
from dashboards.cards import Card, cards
from dashboards.filters import Filters, filter_bar
from dashboards.publication import Snapshot
from dashboards.queries import procurement
from dashboards.queries.coverage import categories_of, coverage
from dashboards.tables import Column, table
from dashboards.views.parts import nothing_here


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    st.title("Procurement and suppliers")
    covered = coverage(snapshot, "procurement")
    if covered is None:
        nothing_here("purchasing", "purchase orders")
        return
    filters = filter_bar(covered.first, covered.latest, categories_of(snapshot, "marts.mart_procurement"))
    now = procurement.totals(snapshot, filters, filters.period)
    if not now["lines"]:
        st.info("Nothing was ordered from suppliers in this period with these filters.")
        return
    _figures(snapshot, filters, now, has_before=filters.period.previous.start >= covered.first)
    _scorecard(snapshot, filters)
    _prices(snapshot, filters)
    _late(snapshot, filters)
    _rejections(snapshot, filters)


def _figures(snapshot: Snapshot, filters: Filters, now: pd.Series, *, has_before: bool) -> None:
    before = dict(procurement.totals(snapshot, filters, filters.period.previous)) if has_before else {}

    def rate(label: str, measure: str, meaning: str, *, good_is_less: bool = False, note: str = "") -> Card:
        direction = "inverse" if good_is_less else "normal"
        value = formats.percent(now[measure])
        return Card(label, value, meaning, now[measure], before.get(measure), None, True, direction, note)  # type: ignore[arg-type]

    cards(
        [
            Card("Ordered", formats.money_short(now["spend"], snapshot.currency), definitions.SPEND, now["spend"],
                 before.get("spend"), direction="off",
                 note=f"{formats.count(now['purchase_orders'])} orders, {formats.count(now['lines'])} lines"),
            rate("Lines on time", "on_time_rate", definitions.SUPPLIER_ON_TIME,
                 note=f"{formats.count(now['late_lines'])} late"),
            rate("Lines in full", "in_full_rate", definitions.IN_FULL,
                 note=f"{formats.count(now['short_lines'])} short"),
            rate("On time and in full", "on_time_in_full_rate", definitions.ON_TIME_IN_FULL),
            rate("Rejected", "rejection_rate", definitions.REJECTION_RATE, good_is_less=True),
            Card("Price variance", formats.money_short(now["price_variance"], snapshot.currency),
                 definitions.PRICE_VARIANCE, note=f"{formats.percent(now['price_variance_rate'])} of the usual price"),
            Card("Lead time", f"{formats.decimal(now['lead_time_days'])} days", definitions.LEAD_TIME,
                 note=f"{formats.decimal(now['promised_lead_time_days'])} days promised"),
        ],
        compared=False,
    )  # fmt: skip
    if now["has_estimated_receipts"]:
        st.caption(
            ":material/info: Receipt dates of some lines are estimated, because their system does not export them: "
            "punctuality and lead times of these lines follow from the estimate."
        )


def _scorecard(snapshot: Snapshot, filters: Filters) -> None:
    st.subheader("Supplier scorecard", help="Suppliers that something was ordered from in the period.")
    frame = procurement.suppliers(snapshot, filters, filters.period)
    currency = snapshot.currency
    columns = {
        "supplier_name": Column("Supplier", pinned=True),
        "spend": Column(f"Ordered ({currency})", formats.money, definitions.SPEND),
        "lines": Column("Lines", formats.count),
        "on_time_rate": Column("On time", formats.percent, definitions.SUPPLIER_ON_TIME),
        "in_full_rate": Column("In full", formats.percent, definitions.IN_FULL),
        "on_time_in_full_rate": Column("On time, in full", formats.percent, definitions.ON_TIME_IN_FULL),
        "rejection_rate": Column("Rejected", formats.percent, definitions.REJECTION_RATE),
        "price_variance_rate": Column("Price variance rate", formats.percent, definitions.PRICE_VARIANCE_RATE),
        "price_variance": Column(f"Price variance ({currency})", formats.money, definitions.PRICE_VARIANCE),
        "lead_time_days": Column("Lead time (days)", formats.decimal, definitions.LEAD_TIME),
        "promised_lead_time_days": Column("Promised (days)", formats.decimal, definitions.PROMISED_LEAD_TIME),
        "purchase_orders": Column("Orders", formats.count),
        "late_lines": Column("Late lines", formats.count),
        "short_lines": Column("Short lines", formats.count),
        "country_code": Column("Country"),
        "is_preferred": Column("Preferred", formats.yes_no),
        "is_active": Column("Active", formats.yes_no),
        "credit_rating": Column("Credit rating", formats.count, "As in the source system."),
    }
    table(frame, columns, name="supplier_scorecard")


def _prices(snapshot: Snapshot, filters: Filters) -> None:
    st.subheader("Price variance", help=definitions.PRICE_VARIANCE)
    frame = procurement.price_variances(snapshot, filters)
    if frame.empty:
        st.success("Everything was bought at its usual price.", icon=":material/check:")
        return
    weeks = procurement.weekly(snapshot, filters)
    spend = charts.bars(weeks, "week_start_on", {"price_variance": "Price variance"}, unit=snapshot.currency)
    charts.show(spend, key="price_variance", alt=f"Price variance per week of order, {len(weeks)} weeks")
    currency = snapshot.currency
    columns = {
        "supplier_name": Column("Supplier", pinned=True),
        "product_name": Column("Product"),
        "sku": Column("SKU"),
        "quantity": Column("Quantity", formats.quantity),
        "paid_price": Column(f"Paid ({currency} a unit)", formats.money),
        "usual_price": Column(f"Usual ({currency} a unit)", formats.money),
        "price_variance": Column(f"Price variance ({currency})", formats.money, definitions.PRICE_VARIANCE),
        "variance_rate": Column("Price variance rate", formats.percent, definitions.PRICE_VARIANCE_RATE),
    }
    table(frame, columns, name="price_variance")


def _late(snapshot: Snapshot, filters: Filters) -> None:
    st.subheader("Late or short", help=f"{definitions.SUPPLIER_ON_TIME} {definitions.IN_FULL}")
    frame = procurement.late_or_short(snapshot, filters)
    if frame.empty:
        st.success("Everything came on time and in full.", icon=":material/check:")
        return
    table(frame, _line_columns(), name="late_or_short")


def _rejections(snapshot: Snapshot, filters: Filters) -> None:
    st.subheader("Rejections", help=definitions.REJECTION_RATE)
    frame = procurement.rejections(snapshot, filters)
    if frame.empty:
        st.success("Nothing was rejected.", icon=":material/check:")
        return
    value = Column(f"Value rejected ({snapshot.currency})", formats.money, "Rejected quantity at the price paid.")
    rate = Column("Rejection rate", formats.percent, definitions.REJECTION_RATE)
    columns = {"rejected_value": value, "rejection_rate": rate}
    lines = _line_columns()
    del lines["is_late"], lines["is_in_full"]
    first = (
        "purchase_order_id",
        "line_number",
        "supplier_name",
        "product_name",
        "received_quantity",
        "rejected_quantity",
    )
    table(frame, {name: lines[name] for name in first} | columns | lines, name="rejections")


def _line_columns() -> dict[str, Column]:
    return {
        "purchase_order_id": Column("Order", pinned=True),
        "line_number": Column("Line", formats.count),
        "supplier_name": Column("Supplier"),
        "product_name": Column("Product"),
        "is_late": Column("Late", formats.yes_no, definitions.SUPPLIER_ON_TIME),
        "is_in_full": Column("In full", formats.yes_no, definitions.IN_FULL),
        "ordered_quantity": Column("Quantity ordered", formats.quantity),
        "received_quantity": Column("Quantity received", formats.quantity),
        "rejected_quantity": Column("Quantity rejected", formats.quantity),
        "ordered_on": Column("Ordered", formats.iso_day),
        "due_on": Column("Due", formats.iso_day),
        "last_received_on": Column("Received", formats.iso_day, "Day of the last receipt."),
        "is_received_on_estimated": Column("Receipt estimated", formats.yes_no),
        "status": Column("Status"),
    }

"""Sales: where revenue comes from, how it develops, and what is expected.

Comes in: the snapshot. Goes out: figures, breakdowns, weeks, the forecast. Called by `app.py`.
"""

import pandas as pd
import streamlit as st

from dashboards import charts, definitions, formats
from dashboards.cards import Card, cards
from dashboards.filters import Filters, Period, filter_bar
from dashboards.publication import Snapshot
from dashboards.queries import sales
from dashboards.queries.coverage import coverage, sales_options
from dashboards.tables import Column, table
from dashboards.views.forecast import forecast
from dashboards.views.parts import nothing_here

# More bars than this do not help; the table beside them has them all.
BARS = 12


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    st.title("Sales")
    covered = coverage(snapshot, "sales")
    if covered is None:
        nothing_here("sales", "order lines")
        return
    filters = filter_bar(covered.first, covered.latest, sales_options(snapshot))
    now = sales.totals(snapshot, filters, filters.period)
    if not now["orders"]:
        st.info("No orders match these filters in this period. Choose a longer period or fewer filters.")
    else:
        _figures(snapshot, filters, now, has_before=filters.period.previous.start >= covered.first)
        _weeks(snapshot, filters)
        _breakdowns(snapshot, filters)
        _products(snapshot, filters)
    forecast(snapshot, filters)


def _figures(snapshot: Snapshot, filters: Filters, now: pd.Series, *, has_before: bool) -> None:
    before = dict(sales.totals(snapshot, filters, filters.period.previous)) if has_before else {}
    currency = snapshot.currency
    shown = (
        ("Net revenue", "net_revenue", formats.money_short(now["net_revenue"], currency), definitions.NET_REVENUE, False),
        ("Orders", "orders", formats.count(now["orders"]), definitions.ORDERS, False),
        ("Margin", "margin_rate", formats.percent(now["margin_rate"]), definitions.MARGIN_RATE, True),
        ("Average order value", "average_order", f"{currency} {formats.money(now['average_order'])}",
         definitions.AVERAGE_ORDER, False),
    )  # fmt: skip
    cards(
        [
            Card(label, value, meaning, now[measure], before.get(measure), is_ratio=is_ratio)
            for label, measure, value, meaning, is_ratio in shown
        ],
        compared=False,
    )


def _weeks(snapshot: Snapshot, filters: Filters) -> None:
    st.subheader("Weeks", help=definitions.NET_REVENUE)
    frame = sales.weekly_by_category(snapshot, filters)
    figure = charts.stacked(frame, "week_start_on", "net_revenue", "category", unit=snapshot.currency)
    alt = f"Net revenue per week and category, {frame['week_start_on'].nunique()} weeks"
    charts.show(figure, key="sales_weeks", alt=alt)
    weeks = sales.weekly(snapshot, filters)
    if not weeks["is_whole_week"].all():
        st.caption("By the Monday of the week. The period cuts the first or the last week, which is therefore lower.")
    with st.expander("Weeks as a table"):
        columns = {
            "week_start_on": Column("Week of", formats.iso_day),
            **_measures(snapshot),
            "revenue_last_year": Column(
                f"Net revenue 52 weeks before ({snapshot.currency})", formats.money, definitions.NET_REVENUE
            ),
            "is_whole_week": Column("Whole week", formats.yes_no),
        }
        del columns["average_order"]
        table(weeks, columns, name="sales_weeks")


def _breakdowns(snapshot: Snapshot, filters: Filters) -> None:
    for by, title in (("market", "Markets"), ("category", "Categories"), ("channel", "Channels")):
        st.subheader(title, help=definitions.NET_REVENUE)
        frame = sales.breakdown(snapshot, filters, by)
        left, right = st.columns([2, 3], gap="medium")
        with left:
            top = frame.head(BARS)
            texts = [formats.money_short(value, "").strip() for value in top["net_revenue"]]
            figure = charts.ranking(top, "name", "net_revenue", unit=snapshot.currency, texts=texts)
            alt = f"{title} by net revenue; the largest is {frame['name'].iloc[0]} with {texts[0]} {snapshot.currency}"
            charts.show(figure, key=f"sales_{by}", alt=alt)
        with right:
            columns = {"name": Column(title[:-3] + "y" if by == "category" else title[:-1], pinned=True)}
            table(frame, columns | _compared(snapshot, filters.period), name=f"sales_by_{by}")


def _products(snapshot: Snapshot, filters: Filters) -> None:
    st.subheader("Products")
    columns = {
        "product_name": Column("Product", pinned=True),
        "sku": Column("SKU"),
        "category_name": Column("Category"),
        "subcategory_name": Column("Subcategory"),
    }
    frame = sales.products(snapshot, filters)
    table(frame, columns | _compared(snapshot, filters.period), name="sales_by_product")


def _measures(snapshot: Snapshot) -> dict[str, Column]:
    currency = snapshot.currency
    return {
        "net_revenue": Column(f"Net revenue ({currency})", formats.money, definitions.NET_REVENUE),
        "orders": Column("Orders", formats.count, definitions.ORDERS),
        "units": Column("Units", formats.quantity, definitions.UNITS),
        "margin": Column(f"Margin ({currency})", formats.money, definitions.MARGIN),
        "margin_rate": Column("Margin rate", formats.percent, definitions.MARGIN_RATE),
        "average_order": Column(f"Average order ({currency})", formats.money, definitions.AVERAGE_ORDER),
    }


def _compared(snapshot: Snapshot, period: Period) -> dict[str, Column]:
    """The measures with share and change, those first that people compare."""
    before = f"{definitions.NET_REVENUE} Over {period.previous.text}."
    measures = _measures(snapshot)
    return {
        "net_revenue": measures["net_revenue"],
        "revenue_share": Column("Share", formats.percent, definitions.REVENUE_SHARE),
        "revenue_change": Column("Change", formats.percent, definitions.REVENUE_CHANGE),
        "margin_rate": measures["margin_rate"],
        **measures,
        "previous_revenue": Column(f"Previous period ({snapshot.currency})", formats.money, before),
    }

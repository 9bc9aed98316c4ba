"""Overview: how the company does, and what needs somebody's attention.

Comes in: the snapshot. Goes out: eight figures with comparisons, the revenue of the weeks, alerts. Called by `app.py`.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboards import charts, definitions, formats
from dashboards.cards import Card, cards
from dashboards.filters import Filters, Period, filter_bar
from dashboards.publication import Snapshot
from dashboards.queries import inventory, procurement, production, quality, sales
from dashboards.queries.coverage import Coverage, coverage, sales_options
from dashboards.views.parts import nothing_here, shown_from

# Punctuality of suppliers is judged over this many days.
SUPPLIER_DAYS = 91


@dataclass(frozen=True)
class Alert:
    """Something to look at: how much of it, in words, and the page that shows it."""

    count: int
    title: str
    detail: str
    page: str


def page(snapshot: Snapshot, pages: dict[str, StreamlitPage]) -> None:
    """Draw the page."""
    st.title("Overview")
    covered = coverage(snapshot, "sales")
    if covered is None:
        nothing_here("sales", "order lines")
    else:
        filters = filter_bar(covered.first, covered.latest, sales_options(snapshot))
        cards(_sales_cards(snapshot, filters, covered) + _other_cards(snapshot, filters))
        _trend(snapshot, filters)
    _alerts(snapshot, pages)


def _sales_cards(snapshot: Snapshot, filters: Filters, covered: Coverage) -> list[Card]:
    now = sales.totals(snapshot, filters, filters.period)
    before = _known(snapshot, filters, filters.period.previous, covered)
    year = _known(snapshot, filters, filters.period.last_year, covered)

    def card(label: str, measure: str, value: str, help_text: str, *, is_ratio: bool = False) -> Card:
        return Card(label, value, help_text, now[measure], before.get(measure), year.get(measure), is_ratio)

    return [
        card("Net revenue", "net_revenue", formats.money_short(now["net_revenue"], snapshot.currency),
             definitions.NET_REVENUE),
        card("Orders", "orders", formats.count(now["orders"]), definitions.ORDERS),
        card("Units", "units", formats.count(now["units"]), definitions.UNITS),
        card("Margin", "margin_rate", formats.percent(now["margin_rate"]), definitions.MARGIN_RATE, is_ratio=True),
        card("Average order value", "average_order", f"{snapshot.currency} {formats.money(now['average_order'])}",
             definitions.AVERAGE_ORDER),
        card("Shipped on time", "on_time_rate", formats.percent(now["on_time_rate"]), definitions.ON_TIME_SHIPPED,
             is_ratio=True),
    ]  # fmt: skip


def _known(snapshot: Snapshot, filters: Filters, period: Period, covered: Coverage) -> dict[str, Any]:
    # A period that begins before the data do would be compared with a part of itself.
    return {} if period.start < covered.first else dict(sales.totals(snapshot, filters, period))


def _other_cards(snapshot: Snapshot, filters: Filters) -> list[Card]:
    made: list[Card] = []
    stock = coverage(snapshot, "inventory")
    if stock is not None:
        now, previous, last_year = (
            inventory.value_on(snapshot, filters, day)
            for day in (filters.period.end, filters.period.previous.end, filters.period.last_year.end)
        )
        note = f"as counted by {formats.day(stock.latest)}" if stock.latest < filters.period.end else ""
        value = formats.money_short(now, snapshot.currency)
        help_text = f"{definitions.STOCK_VALUE} Of the category; market and channel do not apply."
        made.append(Card("Stock value", value, help_text, now, previous, last_year, direction="off", note=note))
    made_until = coverage(snapshot, "production")
    if made_until is not None:
        period = production.whole_weeks(shown_from(filters.period, made_until))
        now, previous, last_year = (
            production.totals(snapshot, one)["utilisation_rate"] if one and one.start >= made_until.first else None
            for one in ((period, period.previous, period.last_year) if period else (None, None, None))
        )
        note = f"{period.days // 7} whole weeks to {formats.day(period.end)}" if period else "no whole week"
        help_text = f"{definitions.UTILISATION} Of all work centres: market, category and channel do not apply."
        title, value = "Work-centre utilisation", formats.percent(now)
        made.append(Card(title, value, help_text, now, previous, last_year, True, "off", note))
    return made


def _trend(snapshot: Snapshot, filters: Filters) -> None:
    st.subheader("Net revenue per week", help=definitions.NET_REVENUE)
    weeks = sales.weekly(snapshot, filters)
    weeks["shown"] = weeks["net_revenue"].where(weeks["is_whole_week"])
    if not weeks["shown"].notna().any():
        st.info("The period holds no whole week. Choose a longer one to see the trend.")
        return
    names = {"shown": "This period", "revenue_last_year": "52 weeks before"}
    if not weeks["revenue_last_year"].notna().any():
        del names["revenue_last_year"]
    figure = charts.lines(weeks[weeks["is_whole_week"]], "week_start_on", names, unit=snapshot.currency)
    whole = weeks[weeks["is_whole_week"]]
    alt = f"Net revenue per week from {formats.day(whole['week_start_on'].min())}, {len(whole)} whole weeks"
    charts.show(figure, key="overview_trend", alt=alt)
    st.caption("Whole weeks, by their Monday.")


def _alerts(snapshot: Snapshot, pages: dict[str, StreamlitPage]) -> None:
    st.subheader("Needs attention", help="Over the whole company and its latest data; the filters above do not apply.")
    found = [alert for alert in _find_alerts(snapshot) if alert.count]
    if not found:
        st.success(
            "Nothing: stock, suppliers, work centres and checks are all within their limits.", icon=":material/check:"
        )
    for alert in found:
        with st.container(border=True):
            said, link = st.columns([7, 2], vertical_alignment="center")
            said.markdown(f":material/warning: **{alert.title}**  \n{alert.detail}")
            link.page_link(pages[alert.page], label=f"Open {pages[alert.page].title.split(' and ')[0].lower()}")


def _find_alerts(snapshot: Snapshot) -> list[Alert]:
    alerts = []
    if coverage(snapshot, "inventory") is not None:
        stock = inventory.totals(snapshot)
        below = int(stock["below_safety_stock"])
        alerts.append(
            Alert(below, f"{below} products below safety stock",
                  f"{int(stock['below_reorder_point'])} of {int(stock['products'])} products are below their reorder point.",
                  "inventory")
        )  # fmt: skip
    bought = coverage(snapshot, "procurement")
    if bought is not None:
        period = Period(bought.latest, bought.latest).lasting(SUPPLIER_DAYS)
        late = procurement.late_suppliers(snapshot, period.start, period.end)
        limit = formats.percent(procurement.LATE_BELOW)
        alerts.append(
            Alert(len(late), f"{len(late)} suppliers on time with less than {limit} of their lines",
                  f"Ordered {period.text}, suppliers with {procurement.JUDGED_LINES} or more lines. "
                  + _named(late, "supplier_name", "on_time_rate"),
                  "procurement")
        )  # fmt: skip
    made = coverage(snapshot, "production")
    if made is not None:
        full = production.overloaded(snapshot, made.latest)
        weeks = production.last_whole_weeks(made.latest, 4)
        alerts.append(
            Alert(len(full), f"{len(full)} work centres booked beyond their hours",
                  f"Weeks of {weeks.text}. " + _named(full, "work_centre_name", "utilisation_rate"), "production")
        )  # fmt: skip
    checked = quality.summary(snapshot)
    for measure, title in (
        ("failed_checks", "checks failed"),
        ("failed_loads", "deliveries could not be loaded"),
        ("quarantined", "rows in quarantine"),
        ("rows_rejected", "records rejected at landing"),
    ):
        number = int(checked[measure])
        alerts.append(Alert(number, f"{number:,} {title}", "Named with file, line and reason.", "data-quality"))
    return alerts


def _named(frame: pd.DataFrame, name: str, rate: str, most: int = 3) -> str:
    named = [f"{row[name]} {formats.percent(row[rate])}" for _, row in frame.head(most).iterrows()]
    more = len(frame) - len(named)
    return ", ".join(named) + (f" and {more} more." if more > 0 else "." if named else "")

"""Production: how full the work centres are, what came late, and what it cost.

Comes in: the snapshot. Goes out: figures, hours against availability, a heat map, lists. Called by `app.py`.
"""

import pandas as pd
import streamlit as st

from dashboards import charts, definitions, formats
from dashboards.cards import Card, cards
from dashboards.filters import Period, filter_bar
from dashboards.publication import Snapshot
from dashboards.queries import production
from dashboards.queries.coverage import coverage
from dashboards.tables import Column, table
from dashboards.views.parts import nothing_here


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    st.title("Production")
    covered = coverage(snapshot, "production")
    if covered is None:
        nothing_here("production", "production operations")
        return
    period = production.whole_weeks(filter_bar(covered.first, covered.latest, {}).period)
    if period is None:
        st.info("The period holds no whole week, from Monday to Sunday. Choose a longer one.")
        return
    # Everything on this page is about the same weeks: hours cannot be held against a part of a week.
    st.caption(f"Shown are its {period.days // 7} whole weeks, {period.text}.")
    weeks = production.weekly(snapshot, period)
    before = period.previous if period.previous.start >= covered.first else None
    _figures(snapshot, period, before)
    _hours(weeks)
    _utilisation(snapshot, period, weeks)
    _cost(snapshot, weeks)
    _late(snapshot, period)
    _scrap(snapshot, period)


def _figures(snapshot: Snapshot, period: Period, before: Period | None) -> None:
    now = production.totals(snapshot, period)
    past = dict(production.totals(snapshot, before)) if before else {}
    cards(
        [
            Card("Hours worked", formats.count(now["actual_hours"]), definitions.HOURS, now["actual_hours"],
                 past.get("actual_hours"), direction="off"),
            Card("Utilisation", formats.percent(now["utilisation_rate"]), definitions.UTILISATION,
                 now["utilisation_rate"], past.get("utilisation_rate"), None, True, "off",
                 f"of {formats.count(now['available_hours'])} hours available"),
            Card("Late operations", formats.percent(now["late_rate"]), definitions.LATE_OPERATIONS, now["late_rate"],
                 past.get("late_rate"), None, True, "inverse", f"of {formats.count(now['operations'])} operations"),
            Card("Cost of operations", formats.money_short(now["cost"], snapshot.currency),
                 definitions.PRODUCTION_COST, now["cost"], past.get("cost"), direction="off"),
        ],
        compared=False,
    )  # fmt: skip


def _hours(weeks: pd.DataFrame) -> None:
    st.subheader("Hours against availability", help=f"{definitions.HOURS} {definitions.AVAILABLE}")
    centres = sorted(weeks["work_centre_name"].unique())
    chosen = st.selectbox(
        "Work centre", ["All work centres", *centres], key="work_centre", width=280, label_visibility="collapsed"
    )
    part = weeks if chosen == "All work centres" else weeks[weeks["work_centre_name"] == chosen]
    available = part.groupby("week_start_on", as_index=False)[["available_hours"]].sum()
    figure = charts.stacked(part, "week_start_on", "actual_hours", "work_centre_name", unit="hours per week")
    charts.limit_line(figure, available, "week_start_on", "available_hours", "Available")
    alt = f"Hours worked per week and work centre against hours available, {chosen.lower()}"
    charts.show(figure, key="hours", alt=alt)


def _utilisation(snapshot: Snapshot, period: Period, weeks: pd.DataFrame) -> None:
    st.subheader("Utilisation", help=definitions.UTILISATION)
    figure = charts.heat_map(weeks, "week_start_on", "work_centre_name", "utilisation_rate")
    charts.show(
        figure, key="utilisation", alt="Utilisation of each work centre in each week; orange is above 100 percent"
    )
    st.caption("Blue up to 100 %, orange above; the scale ends at 125 %. One column a week.")
    columns = {
        "work_centre_name": Column("Work centre", pinned=True),
        "utilisation_rate": Column("Utilisation", formats.percent, definitions.UTILISATION),
        "actual_hours": Column("Hours worked", formats.decimal, definitions.HOURS),
        "available_hours": Column("Hours available", formats.decimal, definitions.AVAILABLE),
        "busiest_week_rate": Column("Fullest week", formats.percent, "Utilisation of the fullest week."),
        "overloaded_weeks": Column("Weeks above 100 %", formats.count),
        "operations": Column("Operations", formats.count),
        "late_operations": Column("Late operations", formats.count, definitions.LATE_OPERATIONS),
        "late_rate": Column("Late", formats.percent, definitions.LATE_OPERATIONS),
        "cost": Column(f"Cost ({snapshot.currency})", formats.money, definitions.PRODUCTION_COST),
        "cost_per_hour": Column(f"Cost per hour ({snapshot.currency})", formats.money),
    }
    table(production.by_work_centre(snapshot, period), columns, name="work_centres")


def _cost(snapshot: Snapshot, weeks: pd.DataFrame) -> None:
    st.subheader("Cost per week", help=definitions.PRODUCTION_COST)
    figure = charts.stacked(weeks, "week_start_on", "cost", "work_centre_name", unit=snapshot.currency)
    charts.show(figure, key="cost", alt="Cost of operations per week and work centre")
    with st.expander("Weeks and work centres as a table"):
        columns = {
            "week_start_on": Column("Week of", formats.iso_day),
            "work_centre_name": Column("Work centre"),
            "operations": Column("Operations", formats.count),
            "actual_hours": Column("Hours worked", formats.decimal, definitions.HOURS),
            "available_hours": Column("Hours available", formats.decimal, definitions.AVAILABLE),
            "utilisation_rate": Column("Utilisation", formats.percent, definitions.UTILISATION),
            "cost": Column(f"Cost ({snapshot.currency})", formats.money, definitions.PRODUCTION_COST),
            "late_operations": Column("Late operations", formats.count, definitions.LATE_OPERATIONS),
        }
        table(weeks, columns, name="production_weeks")


def _late(snapshot: Snapshot, period: Period) -> None:
    st.subheader("Late operations", help=definitions.LATE_OPERATIONS)
    frame = production.late_operations(snapshot, period)
    if frame.empty:
        st.success("Every operation ended by its planned day.", icon=":material/check:")
        return
    st.caption(f"{len(frame):,} operations that began in these weeks.")
    columns = {
        "production_order_id": Column("Order", pinned=True),
        "operation_sequence": Column("Step", formats.count),
        "work_centre_name": Column("Work centre"),
        "product_name": Column("Product"),
        "scheduled_end_on": Column("Planned end", formats.iso_day),
        "actual_end_on": Column("Real end", formats.iso_day, "Empty: still open."),
        "days_late": Column("Days late", formats.count),
        "scheduled_start_on": Column("Planned start", formats.iso_day),
        "actual_start_on": Column("Real start", formats.iso_day),
        "actual_hours": Column("Hours", formats.decimal),
        "cost": Column(f"Cost ({snapshot.currency})", formats.money),
    }
    table(frame, columns, name="late_operations")


def _scrap(snapshot: Snapshot, period: Period) -> None:
    frame = production.scrap(snapshot, period)
    if frame.empty:
        return
    st.subheader("Scrap", help=definitions.SCRAP)
    columns = {
        "reason": Column("Reason", pinned=True),
        "scrapped": Column("Scrapped", formats.quantity, definitions.SCRAP),
        "orders": Column("Production orders", formats.count),
    }
    table(frame, columns, name="scrap")

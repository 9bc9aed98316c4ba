"""Production: hours worked against hours available, what came late, and what it cost.

Comes in: a snapshot and a period; weeks count when they are whole. Goes out: frames. Called by the pages Overview and
Production.
"""

from datetime import date, timedelta

import pandas as pd

from dashboards.filters import Period
from dashboards.publication import Snapshot

# All weeks of the period times all work centres, so that idle weeks pull utilisation down as they should.
WEEKS = """
    weeks AS (
        SELECT unnest(generate_series(date_trunc('week', $start::DATE), $end::DATE, INTERVAL 7 DAY))::DATE AS week_start_on
    ),
    centres AS (
        SELECT work_centre_key, work_centre_name, available_hours_per_week
        FROM marts.dim_work_centre
        WHERE NOT is_deleted AND available_hours_per_week > 0
    ),
    hours AS (
        SELECT week_start_on, work_centre_key, work_centre_name,
            coalesce(actual_hours, 0) AS actual_hours, available_hours_per_week AS available_hours,
            coalesce(actual_cost_amount_reporting, 0) AS cost, coalesce(operation_count, 0) AS operations,
            coalesce(late_operation_count, 0) AS late_operations
        FROM weeks CROSS JOIN centres
        LEFT JOIN (SELECT * EXCLUDE (work_centre_name, available_hours) FROM marts.mart_production) AS mart
            USING (work_centre_key, week_start_on)
        WHERE week_start_on >= $start AND week_start_on + 6 <= $end
    )
"""


def whole_weeks(period: Period) -> Period | None:
    """Return the part of a period from its first Monday to its last Sunday; None when no ISO week is whole."""
    monday = period.start + timedelta(days=-period.start.weekday() % 7)
    sunday = period.end - timedelta(days=period.end.isoweekday() % 7)
    return Period(monday, sunday) if monday < sunday else None


def totals(snapshot: Snapshot, period: Period) -> pd.Series:
    """Return hours, utilisation, cost and lateness of the operations of whole weeks."""
    return snapshot.ask(
        f"""
        WITH {WEEKS}
        SELECT sum(actual_hours)::DOUBLE AS actual_hours, sum(available_hours)::DOUBLE AS available_hours,
            (sum(actual_hours) / nullif(sum(available_hours), 0))::DOUBLE AS utilisation_rate,
            round(sum(cost), 2)::DOUBLE AS cost, sum(operations)::BIGINT AS operations,
            sum(late_operations) / nullif(sum(operations), 0) AS late_rate
        FROM hours
        """,
        _days(period),
    ).iloc[0]


def by_work_centre(snapshot: Snapshot, period: Period) -> pd.DataFrame:
    """Return the same per work centre, the busiest first."""
    return snapshot.ask(
        f"""
        WITH {WEEKS}
        SELECT work_centre_name, sum(operations)::BIGINT AS operations, sum(actual_hours)::DOUBLE AS actual_hours,
            sum(available_hours)::DOUBLE AS available_hours,
            (sum(actual_hours) / nullif(sum(available_hours), 0))::DOUBLE AS utilisation_rate,
            (max(actual_hours / available_hours))::DOUBLE AS busiest_week_rate,
            count(*) FILTER (actual_hours > available_hours) AS overloaded_weeks,
            round(sum(cost), 2)::DOUBLE AS cost, (sum(cost) / nullif(sum(actual_hours), 0))::DOUBLE AS cost_per_hour,
            sum(late_operations)::BIGINT AS late_operations,
            sum(late_operations) / nullif(sum(operations), 0) AS late_rate
        FROM hours GROUP BY work_centre_key, work_centre_name ORDER BY utilisation_rate DESC, work_centre_name
        """,
        _days(period),
    )


def weekly(snapshot: Snapshot, period: Period) -> pd.DataFrame:
    """Return hours, availability, utilisation and cost per work centre and whole week, idle weeks included."""
    return snapshot.ask(
        f"""
        WITH {WEEKS}
        SELECT week_start_on, work_centre_name, operations::BIGINT AS operations, actual_hours::DOUBLE AS actual_hours,
            available_hours::DOUBLE AS available_hours,
            (actual_hours / available_hours)::DOUBLE AS utilisation_rate, round(cost, 2)::DOUBLE AS cost,
            late_operations::BIGINT AS late_operations
        FROM hours ORDER BY week_start_on, work_centre_name
        """,
        _days(period),
    )


def overloaded(snapshot: Snapshot, until: date, weeks: int = 4) -> pd.DataFrame:
    """Return the work centres that were booked beyond their hours over the last whole weeks, the fullest first."""
    frame = by_work_centre(snapshot, last_whole_weeks(until, weeks))
    return frame[frame["utilisation_rate"] > 1]


def last_whole_weeks(until: date, weeks: int) -> Period:
    """Return the last ISO weeks that were over on a day."""
    sunday = until - timedelta(days=until.isoweekday() % 7)
    return Period(sunday, sunday).lasting(7 * weeks)


def late_operations(snapshot: Snapshot, period: Period) -> pd.DataFrame:
    """Return operations begun in the period that ended after their planned day, or are open past it; the latest first."""
    return snapshot.ask(
        """
        SELECT production_order_id, operation_sequence, work_centre_name, coalesce(p.sku, p.product_id) AS sku,
            p.product_name, scheduled_start_on, scheduled_end_on, actual_start_on, actual_end_on, days_late,
            o.actual_hours::DOUBLE AS actual_hours, round(o.actual_cost_amount_reporting, 2)::DOUBLE AS cost
        FROM marts.fct_production_operation AS o
        JOIN marts.dim_work_centre AS w USING (work_centre_key)
        JOIN marts.dim_product AS p USING (product_version_key)
        WHERE o.is_late AND o.actual_start_on BETWEEN $start AND $end
        ORDER BY days_late DESC NULLS FIRST, scheduled_end_on, production_order_id, operation_sequence
        """,
        _days(period),
    )


def scrap(snapshot: Snapshot, period: Period) -> pd.DataFrame:
    """Return what was scrapped of the orders begun in the period, per reason."""
    return snapshot.ask(
        """
        SELECT coalesce(scrap_reason, 'no reason given') AS reason, sum(scrapped_quantity)::DOUBLE AS scrapped,
            count(*) AS orders
        FROM marts.fct_production_order
        WHERE started_on BETWEEN $start AND $end AND scrapped_quantity > 0
        GROUP BY 1 ORDER BY scrapped DESC, reason
        """,
        _days(period),
    )


def _days(period: Period) -> dict[str, str | int | float | date]:
    return {"start": period.start, "end": period.end}

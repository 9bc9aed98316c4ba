"""Sales: totals, breakdowns, weeks and the forecast.

Comes in: a snapshot, a period, filters. Goes out: frames. Called by the pages Overview and Sales.
"""

import pandas as pd

from dashboards.filters import Filters, Period
from dashboards.publication import Parameter, Snapshot

FILTER_COLUMNS = {
    "market": "coalesce(g.country_code, 'unknown')",
    "category": "coalesce(p.category_name, 'unknown')",
    "channel": "c.channel_name",
}

LINES = """
    marts.fct_order_line AS l
    JOIN marts.dim_product AS p USING (product_version_key)
    JOIN marts.dim_geography AS g USING (geography_key)
    JOIN marts.dim_channel AS c USING (channel_key)
"""

MEASURES = """
    round(coalesce(sum(l.net_amount_reporting), 0), 2)::DOUBLE AS net_revenue,
    count(DISTINCT l.order_key) AS orders,
    coalesce(sum(l.quantity), 0)::DOUBLE AS units,
    round(coalesce(sum(l.margin_amount_reporting), 0), 2)::DOUBLE AS margin,
    (sum(l.margin_amount_reporting)
        / nullif(sum(l.net_amount_reporting) FILTER (l.margin_amount_reporting IS NOT NULL), 0))::DOUBLE AS margin_rate,
    (sum(l.net_amount_reporting) / nullif(count(DISTINCT l.order_key), 0))::DOUBLE AS average_order
"""

BREAKDOWNS = {
    "market": "coalesce(g.country_name, g.country_code, 'unknown')",
    "category": "coalesce(p.category_name, 'unknown')",
    "channel": "c.channel_name",
}


def totals(snapshot: Snapshot, filters: Filters, period: Period) -> pd.Series:
    """Return the measures of a period, and the share of its orders that were shipped on time."""
    where, parameters = _where(filters, period)
    return snapshot.ask(
        f"""
        WITH orders AS (SELECT DISTINCT l.order_key FROM {LINES} WHERE {where})
        SELECT {MEASURES}, (
            SELECT avg(is_on_time::INTEGER) FROM marts.mart_order WHERE order_key IN (SELECT order_key FROM orders)
        ) AS on_time_rate
        FROM {LINES} WHERE {where}
        """,
        parameters,
    ).iloc[0]


def breakdown(snapshot: Snapshot, filters: Filters, by: str) -> pd.DataFrame:
    """Return the measures per market, category or channel, largest revenue first, with the previous period's revenue."""
    return _compared(snapshot, filters, f"{BREAKDOWNS[by]} AS name", "name")


def products(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Return the measures per product, largest revenue first, with the previous period's revenue."""
    labels = (
        "coalesce(p.sku, p.product_id) AS sku, p.product_name, coalesce(p.category_name, 'unknown') AS category_name, "
        "coalesce(p.subcategory_name, '') AS subcategory_name"
    )
    return _compared(snapshot, filters, labels, "sku, product_name, category_name, subcategory_name")


def _compared(snapshot: Snapshot, filters: Filters, labels: str, names: str) -> pd.DataFrame:
    where, parameters = _where(filters, filters.period)
    before, _ = _where(filters, filters.period.previous, prefix="previous_")
    bound = parameters | {
        "previous_start": filters.period.previous.start,
        "previous_end": filters.period.previous.end,
    }
    return snapshot.ask(
        f"""
        WITH now AS (SELECT {labels}, {MEASURES} FROM {LINES} WHERE {where} GROUP BY ALL),
        before AS (
            SELECT {labels}, round(sum(l.net_amount_reporting), 2)::DOUBLE AS previous_revenue
            FROM {LINES} WHERE {before} GROUP BY ALL
        )
        SELECT
            now.*, before.previous_revenue,
            now.net_revenue / nullif(before.previous_revenue, 0) - 1 AS revenue_change,
            now.net_revenue / nullif(sum(now.net_revenue) OVER (), 0) AS revenue_share
        FROM now LEFT JOIN before USING ({names})
        ORDER BY net_revenue DESC, {names}
        """,
        bound,
    )


def weekly(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Return revenue and units per week of the period and, beside it, of the week 52 weeks before.

    Weeks without sales are zero. Weeks that the period cuts, or that the data end in, are marked.
    """
    where, parameters = _where(filters, filters.period)
    earlier, _ = _where(filters, filters.period.last_year, prefix="earlier_")
    last_year = filters.period.last_year
    bound = parameters | {"earlier_start": last_year.start, "earlier_end": last_year.end}
    return snapshot.ask(
        f"""
        WITH weeks AS (
            SELECT unnest(generate_series(date_trunc('week', $start::DATE), $end::DATE, INTERVAL 7 DAY))::DATE AS week
        ),
        now AS (
            SELECT date_trunc('week', l.ordered_on)::DATE AS week, {MEASURES} FROM {LINES} WHERE {where} GROUP BY 1
        ),
        earlier AS (
            SELECT (date_trunc('week', l.ordered_on) + INTERVAL 364 DAY)::DATE AS week,
                round(sum(l.net_amount_reporting), 2)::DOUBLE AS revenue_last_year
            FROM {LINES} WHERE {earlier} GROUP BY 1
        )
        SELECT
            weeks.week AS week_start_on, coalesce(net_revenue, 0) AS net_revenue, revenue_last_year,
            coalesce(orders, 0) AS orders, coalesce(units, 0) AS units, coalesce(margin, 0) AS margin, margin_rate,
            weeks.week >= $start::DATE AND weeks.week + 6 <= $end::DATE AS is_whole_week
        FROM weeks LEFT JOIN now USING (week) LEFT JOIN earlier USING (week) ORDER BY weeks.week
        """,
        bound,
    )


def weekly_by_category(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Return revenue per week and category."""
    where, parameters = _where(filters, filters.period)
    return snapshot.ask(
        f"""
        SELECT date_trunc('week', l.ordered_on)::DATE AS week_start_on, coalesce(p.category_name, 'unknown') AS category,
            round(sum(l.net_amount_reporting), 2)::DOUBLE AS net_revenue
        FROM {LINES} WHERE {where} GROUP BY ALL ORDER BY ALL
        """,
        parameters,
    )


def has_forecast(snapshot: Snapshot) -> bool:
    """Whether this publication holds a forecast, in the layout of this release."""
    return snapshot.has_rows(f"marts.fct_forecast WHERE {SERIES}")


def forecast_accuracy(snapshot: Snapshot) -> pd.DataFrame:
    """Return, for the forecast per category and market, the replay's error of champion and benchmark by weeks ahead."""
    return snapshot.ask(
        """
        SELECT
            horizon, max(wape) FILTER (is_champion)::DOUBLE AS wape, max(wape) FILTER (is_benchmark)::DOUBLE AS benchmark_wape,
            bool_or(loses_to_benchmark) FILTER (is_champion) AS loses_to_benchmark
        FROM marts.mart_forecast_accuracy WHERE level = 'category_market' AND segment = 'all' GROUP BY horizon
        """
    )


def forecast_series(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Return the forecast series that the filters leave: category, market, model and why it was chosen."""
    where, parameters = _series_where(filters)
    return snapshot.ask(
        f"""
        SELECT category_name, market_code, any_value(coalesce(names.country_name, market_code)) AS market_name,
            any_value(unit_code) AS unit_code, any_value(model) AS model, any_value(reason) AS reason,
            any_value(wape_backtest)::DOUBLE AS wape, any_value(benchmark_wape)::DOUBLE AS benchmark_wape,
            sum(forecast)::DOUBLE AS forecast, sum(benchmark)::DOUBLE AS benchmark, max(made_on) AS made_on
        FROM marts.fct_forecast LEFT JOIN ({COUNTRY_NAMES}) AS names ON market_code = names.country_code
        WHERE {SERIES} {where} GROUP BY category_name, market_code ORDER BY forecast DESC, category_name, market_code
        """,
        parameters,
    )


def forecast_weeks(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Return the forecast per week over the chosen series; the interval only where they are a single one."""
    where, parameters = _series_where(filters)
    return snapshot.ask(
        f"""
        SELECT week_start_on, sum(forecast)::DOUBLE AS forecast, sum(benchmark)::DOUBLE AS benchmark,
            CASE WHEN count(*) = 1 THEN sum(q10)::DOUBLE END AS lower_80,
            CASE WHEN count(*) = 1 THEN sum(q90)::DOUBLE END AS upper_80
        FROM marts.fct_forecast WHERE {SERIES} {where} GROUP BY week_start_on ORDER BY week_start_on
        """,
        parameters,
    )


def forecast_node(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Return the weeks of the node that is just what the filters leave, with its own interval and errors; empty where there is none.

    Everything, one market and one category have nodes of their own; other choices are sums of several, whose intervals nobody knows.
    """
    level = {(0, 0): "total", (1, 0): "market", (0, 1): "category"}.get(
        (len(filters.market), len(filters.category)), "none"
    )
    where, parameters = _series_where(filters)
    return snapshot.ask(
        f"""
        SELECT week_start_on, forecast::DOUBLE AS forecast, benchmark::DOUBLE AS benchmark, q10::DOUBLE AS lower_80,
            q90::DOUBLE AS upper_80, wape_backtest::DOUBLE AS wape, benchmark_wape::DOUBLE AS benchmark_wape, model, reason
        FROM marts.fct_forecast WHERE NOT is_backtest AND measure = 'quantity' AND level = $level {where} ORDER BY week_start_on
        """,
        parameters | {"level": level},
    )


def sold_weeks(snapshot: Snapshot, filters: Filters, weeks: int) -> pd.DataFrame:
    """Return the quantities sold in the last weeks that the forecast knew, for the same series."""
    series, parameters = _series_where(filters)
    sold, _ = _series_where(filters, market="coalesce(country_code, 'unknown')")
    return snapshot.ask(
        f"""
        WITH known AS (SELECT max(made_on) AS day FROM marts.fct_forecast WHERE {SERIES} {series}),
        weeks AS (
            SELECT unnest(generate_series(date_trunc('week', day) - $weeks * INTERVAL 7 DAY, day, INTERVAL 7 DAY))::DATE
                AS week_start_on
            FROM known
        )
        SELECT week_start_on, coalesce(sum(quantity), 0)::DOUBLE AS quantity
        FROM weeks LEFT JOIN (SELECT * FROM marts.mart_sales_weekly WHERE true {sold}) AS sold USING (week_start_on)
        GROUP BY week_start_on ORDER BY week_start_on
        """,
        parameters | {"weeks": weeks - 1},
    )


# What the dashboards show: other levels and returns are in the same table.
SERIES = "NOT is_backtest AND measure = 'quantity' AND level = 'category_market'"

COUNTRY_NAMES = (
    "SELECT country_code, any_value(country_name) AS country_name FROM marts.dim_geography "
    "WHERE country_code IS NOT NULL GROUP BY country_code"
)


def _where(filters: Filters, period: Period, prefix: str = "") -> tuple[str, dict[str, Parameter]]:
    lists, parameters = filters.where(FILTER_COLUMNS)
    between = f"l.is_revenue AND l.ordered_on BETWEEN ${prefix}start AND ${prefix}end"
    return between + lists, parameters | {f"{prefix}start": period.start, f"{prefix}end": period.end}


def _series_where(filters: Filters, market: str = "market_code") -> tuple[str, dict[str, Parameter]]:
    return filters.where({"market": market, "category": "category_name"})

"""The forecast section of Sales: what is expected, how sure that is, and whether it beats last year's figure.

Comes in: the snapshot and the page's filters. Goes out: the fan, error figures, the series. Called by `views.sales`.
"""

import pandas as pd
import streamlit as st

from dashboards import charts, definitions, formats
from dashboards.cards import Card, cards
from dashboards.filters import Filters
from dashboards.publication import Snapshot
from dashboards.queries import sales
from dashboards.tables import Column, table

HISTORY_WEEKS = 52


def forecast(snapshot: Snapshot, filters: Filters) -> None:
    """Draw the section; nothing at all where no forecast was made."""
    if not sales.has_forecast(snapshot):
        return
    st.subheader("Forecast", help=definitions.FORECAST)
    series = sales.forecast_series(snapshot, filters)
    if series.empty:
        st.info("No forecast for these markets and categories.")
        return
    chosen = _choose(series)
    one = Filters(filters.period, filters.preset, *chosen) if chosen else filters
    history = sales.sold_weeks(snapshot, one, HISTORY_WEEKS)
    shown = series if chosen is None else series[_is_series(series, chosen)]
    node = sales.forecast_node(snapshot, filters) if chosen is None and len(series) > 1 else pd.DataFrame()
    weeks = sales.forecast_weeks(snapshot, one) if node.empty else node
    _fan(weeks, history, shown, is_one=len(shown) == 1 or not node.empty)
    _figures(shown, len(weeks), node)
    _verdict(sales.forecast_accuracy(snapshot))
    with st.expander("All series"):
        _table(series)


def _choose(series: pd.DataFrame) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    names = {
        (str(row.market_code), str(row.category_name)): f"{row.category_name}, {row.market_name}"
        for row in series.itertuples()
    }
    labels: list[tuple[str, str] | None] = list(names)
    if len(labels) > 1:
        labels.insert(0, None)
    chosen = st.selectbox(
        "Series",
        labels,
        format_func=lambda label: names[label] if label else "All of them together",
        key="forecast_series",
        width=340,
        help="Shown per category and market. Styles, SKUs and channels are in the planners' file and in fct_forecast.",
    )
    return ((chosen[0],), (chosen[1],)) if chosen else None


def _is_series(series: pd.DataFrame, chosen: tuple[tuple[str, ...], tuple[str, ...]]) -> pd.Series:
    (market,), (category,) = chosen
    return (series["market_code"] == market) & (series["category_name"] == category)


def _fan(weeks: pd.DataFrame, history: pd.DataFrame, shown: pd.DataFrame, *, is_one: bool) -> None:
    units = shown["unit_code"].unique()
    unit = f"units per week ({units[0]})" if len(units) == 1 else "units per week"
    future = weeks if is_one else weeks.drop(columns=["lower_80", "upper_80"])
    alt = (
        f"Quantity sold in the last {len(history)} weeks and expected in the next {len(weeks)}, "
        f"{'with the 80 percent interval and ' if is_one else ''}with the benchmark"
    )
    charts.show(charts.fan(history, future, unit=unit), key="forecast_fan", alt=alt)
    made_on = formats.day(shown["made_on"].max())
    interval = (
        definitions.INTERVAL if is_one else "Choose one series to see its 80 % interval: intervals cannot be added up."
    )
    st.caption(f"Made from sales up to {made_on}. {interval}")


def _figures(shown: pd.DataFrame, weeks: int, node: pd.DataFrame) -> None:
    summed, judged = (shown, shown) if node.empty else (node, node.head(1))
    wape, benchmark = _pooled(judged, "wape"), _pooled(judged, "benchmark_wape")
    cards(
        [
            Card(f"Expected, {weeks} weeks", formats.count(summed["forecast"].sum()), definitions.FORECAST),
            Card("Benchmark", formats.count(summed["benchmark"].sum()), definitions.BENCHMARK),
            Card("Model error", formats.percent(wape), definitions.WAPE),
            Card("Benchmark error", formats.percent(benchmark), f"{definitions.WAPE} {definitions.BENCHMARK}"),
        ],
        compared=False,
    )
    if len(judged) == 1:
        st.caption(f"Model: {judged['model'].iloc[0]}. {judged['reason'].iloc[0]}")
    else:
        st.caption("Errors of several series: their median.")


def _verdict(accuracy: pd.DataFrame) -> None:
    """Say so where the benchmark is the better forecast."""
    lost = accuracy[accuracy["loses_to_benchmark"].fillna(False).astype(bool)]
    if lost.empty:
        return
    worst = lost.iloc[0] if "all" not in set(lost["horizon"]) else lost[lost["horizon"] == "all"].iloc[0]
    weeks = "over all weeks" if worst["horizon"] == "all" else f"{worst['horizon']} weeks ahead"
    st.warning(
        f"Replayed {weeks}, repeating last year was better: an error of {formats.percent(worst['benchmark_wape'])}, "
        f"the forecast's was {formats.percent(worst['wape'])}."
    )


def _pooled(shown: pd.DataFrame, column: str) -> float | None:
    known = shown[column].dropna()
    return None if known.empty else float(known.median())


def _table(series: pd.DataFrame) -> None:
    columns = {
        "category_name": Column("Category", pinned=True),
        "market_name": Column("Market"),
        "forecast": Column("Forecast", formats.quantity, definitions.FORECAST),
        "benchmark": Column("Benchmark", formats.quantity, definitions.BENCHMARK),
        "unit_code": Column("Unit"),
        "model": Column("Model"),
        "wape": Column("Model error", formats.percent, definitions.WAPE),
        "benchmark_wape": Column("Benchmark error", formats.percent, definitions.WAPE),
        "reason": Column("Why this model"),
    }
    table(series, columns, name="forecast_series")

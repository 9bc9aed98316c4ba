"""Charts: one look, colours that colour-blind readers can tell apart, and marks that stand out from white.

Comes in: data frames that DuckDB has aggregated. Goes out: Plotly figures, shown by `show`. Called by the pages.
"""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

PAPER = "#FFFFFF"
SURFACE = "#F3F5F7"
INK = "#1B2430"
MUTED = "#52606D"
GRID = "#E1E6EB"
ALERT = "#B23C00"

# After Okabe and Ito; their light colours are darkened until they reach a contrast of 3:1 on white.
SERIES = ("#0072B2", "#D55E00", "#00805F", "#A8508A", "#8F6A00", "#3A8FBF", "#52606D", "#000000")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid", "dash")
HEAT = ((0.0, "#F1F6FA"), (0.5, "#6BAED6"), (0.8, "#0072B2"), (0.8001, "#F0A36B"), (1.0, "#B23C00"))

FONT = '"Source Sans", "Source Sans Pro", "Segoe UI", Helvetica, Arial, sans-serif'
HEIGHT = 320
MOST_TICKS = 6


def show(figure: go.Figure, *, key: str, alt: str) -> None:
    """Put a figure on the page; `alt` says in words what it shows."""
    st.plotly_chart(figure, key=key, theme=None, alt=alt, config={"displayModeBar": False, "responsive": True})


def lines(
    frame: pd.DataFrame, x: str, series: dict[str, str], *, unit: str, dashes: Sequence[str] = DASHES
) -> go.Figure:
    """Lines over weeks: `series` maps columns to names."""
    figure = _figure(unit)
    for position, (column, name) in enumerate(series.items()):
        figure.add_scatter(
            x=frame[x],
            y=frame[column],
            name=name,
            mode="lines",
            line={"color": SERIES[position], "dash": dashes[position % len(dashes)], "width": 2.25},
            hovertemplate="%{y:,.0f}",
        )
    _mark_weeks(figure, frame[x])
    return figure.update_layout(hovermode="x unified", showlegend=len(series) > 1)


def stacked(frame: pd.DataFrame, x: str, y: str, by: str, *, unit: str) -> go.Figure:
    """Bars over weeks, stacked by a column of few values; the largest at the bottom."""
    figure = _figure(unit)
    names = frame.groupby(by)[y].sum().sort_values(ascending=False).index
    for position, name in enumerate(names):
        part = frame[frame[by] == name]
        colour = SERIES[position % len(SERIES)]
        figure.add_bar(x=part[x], y=part[y], name=str(name), marker_color=colour, hovertemplate="%{y:,.0f}")
    _mark_weeks(figure, frame[x])
    return figure.update_layout(barmode="stack", hovermode="x unified", bargap=0.15)


def bars(frame: pd.DataFrame, x: str, series: dict[str, str], *, unit: str) -> go.Figure:
    """Bars over weeks: `series` maps columns to names."""
    figure = _figure(unit, has_legend=len(series) > 1)
    for position, (column, name) in enumerate(series.items()):
        figure.add_bar(x=frame[x], y=frame[column], name=name, marker_color=SERIES[position], hovertemplate="%{y:,.0f}")
    _mark_weeks(figure, frame[x])
    return figure.update_layout(hovermode="x unified", showlegend=len(series) > 1, bargap=0.15)


def ranking(frame: pd.DataFrame, name: str, value: str, *, unit: str, texts: Sequence[str]) -> go.Figure:
    """Horizontal bars, longest on top, each with its figure written beside it."""
    ordered = frame.iloc[::-1]
    figure = _figure(unit, has_legend=False)
    figure.add_bar(
        # A figure that is missing has no bar, but its text must stand somewhere.
        textposition=["outside" if missing else "auto" for missing in ordered[value].isna()],
        x=ordered[value].fillna(0),
        y=ordered[name].astype(str),
        orientation="h",
        marker_color=SERIES[0],
        text=list(texts)[::-1],
        insidetextfont={"color": PAPER},
        outsidetextfont={"color": INK},
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    figure.update_xaxes(title_text=unit, gridcolor=GRID)
    figure.update_yaxes(title_text="", gridcolor=PAPER, automargin=True, type="category")
    return figure.update_layout(height=max(120, 34 * len(frame) + 56), showlegend=False)


def fan(history: pd.DataFrame, forecast: pd.DataFrame, *, unit: str) -> go.Figure:
    """What was sold, what is expected with its 80 percent interval, and the benchmark beside it.

    Without `lower_80` in `forecast` no interval is drawn: intervals of several series cannot be added up.
    """
    figure = _figure(unit)
    if "lower_80" in forecast:
        bounds = {"mode": "lines", "line": {"width": 0}, "hovertemplate": "%{y:,.0f}", "showlegend": False}
        figure.add_scatter(x=forecast["week_start_on"], y=forecast["upper_80"], name="Upper 80 %", **bounds)
        figure.add_scatter(
            x=forecast["week_start_on"],
            y=forecast["lower_80"],
            name="80 % interval",
            **bounds | {"fill": "tonexty", "fillcolor": "rgba(213, 94, 0, 0.20)", "showlegend": True},
        )
    for frame, column, name, colour, dash in (
        (history, "quantity", "Sold", SERIES[0], "solid"),
        (forecast, "benchmark", "Seasonal naive (benchmark)", MUTED, "dot"),
        (forecast, "forecast", "Forecast", SERIES[1], "dash"),
    ):
        figure.add_scatter(
            x=frame["week_start_on"],
            y=frame[column],
            name=name,
            mode="lines",
            line={"color": colour, "dash": dash, "width": 2.25},
            hovertemplate="%{y:,.0f}",
        )
    _mark_weeks(figure, pd.concat([history["week_start_on"], forecast["week_start_on"]]))
    return figure.update_layout(hovermode="x unified")


def heat_map(frame: pd.DataFrame, x: str, y: str, value: str) -> go.Figure:
    """Utilisation per row and week: blue up to 100 percent, orange above."""
    grid = frame.pivot(index=y, columns=x, values=value).sort_index(ascending=False)
    figure = _figure("", has_legend=False)
    figure.add_heatmap(
        x=grid.columns,
        y=grid.index,
        z=grid.to_numpy(dtype=float),
        zmin=0,
        zmax=1.25,
        colorscale=[list(step) for step in HEAT],
        xgap=1,
        ygap=2,
        colorbar={"tickformat": ".0%", "thickness": 12, "outlinewidth": 0},
        hovertemplate="%{y}, week of %{x|%d %b %Y}: %{z:.1%}<extra></extra>",
    )
    figure.update_yaxes(automargin=True, showgrid=False)
    _mark_weeks(figure, frame[x], most=4)
    return figure.update_layout(height=max(200, 38 * len(grid) + 72), hovermode="closest")


def limit_line(figure: go.Figure, frame: pd.DataFrame, x: str, y: str, name: str) -> go.Figure:
    """Add a dashed line that the bars should stay under."""
    return figure.add_scatter(
        x=frame[x],
        y=frame[y],
        name=name,
        mode="lines",
        line={"color": INK, "dash": "dash", "width": 1.75},
        hovertemplate="%{y:,.0f}",
    )


def _mark_weeks(figure: go.Figure, weeks: pd.Series, most: int = MOST_TICKS) -> None:
    """Date the axis at Mondays, the days by which weeks are named; Plotly by itself would choose Sundays."""
    mondays = pd.date_range(weeks.min(), weeks.max(), freq="7D")
    marks = mondays[:: math.ceil(len(mondays) / most)]
    figure.update_xaxes(tickvals=marks, tickformat="%-d %b\n%Y", hoverformat="%-d %b %Y")


def _figure(unit: str, *, has_legend: bool = True) -> go.Figure:
    axis: dict[str, Any] = {"gridcolor": GRID, "linecolor": GRID, "zerolinecolor": GRID, "tickfont": {"color": MUTED}}
    return go.Figure(
        layout={
            "height": HEIGHT,
            "margin": {"l": 8, "r": 8, "t": 36 if has_legend else 8, "b": 8},
            "font": {"family": FONT, "size": 13, "color": INK},
            "paper_bgcolor": PAPER,
            "plot_bgcolor": PAPER,
            "legend": {
                "orientation": "h",
                "yanchor": "bottom",
                "y": 1.0,
                "x": 0,
                "title": {"text": ""},
                "traceorder": "normal",
            },
            "hoverlabel": {"bgcolor": PAPER, "font": {"color": INK}},
            "separators": ".,",
            "xaxis": axis | {"showgrid": False, "automargin": True},
            "yaxis": axis
            | {"title": {"text": unit, "font": {"color": MUTED}}, "rangemode": "tozero", "automargin": True},
        }
    )

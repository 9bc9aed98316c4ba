"""The table `marts.fct_forecast`: its columns, what they mean, and how it is replaced.

Comes in: forecasts of all series. Goes out: the table, replaced in one transaction. Called by `forecasting.sales.run`.
"""

import hashlib
from datetime import date
from typing import Any

import duckdb
import polars as pl

from forecasting.sales.forecast import SeriesForecast
from forecasting.sales.history import WEEK, SalesHistory, WeeklySeries
from forecasting.sales.models import model_version
from warehouse.identifiers import quote_literal

MEASURE = "quantity"
QUANTITY = pl.Decimal(18, 4)

TABLE_COMMENT = (
    "One row per product category, market and ISO week: the sales forecast of the coming weeks (is_backtest false), "
    "and what the same model would have said about past weeks, knowing only the weeks before (is_backtest true)."
)

# Column: SQL type, type in memory, meaning.
COLUMNS: dict[str, tuple[str, Any, str]] = {
    "forecast_key": (
        "VARCHAR NOT NULL",
        pl.String,
        "Surrogate key of category, market, measure, week and is_backtest.",
    ),
    "run_id": ("VARCHAR NOT NULL", pl.String, "The run that made the forecast."),
    "made_on": ("DATE NOT NULL", pl.Date, "Sunday of the last week that was known when the row was forecast."),
    "category_name": ("VARCHAR NOT NULL", pl.String, "Product category."),
    "market_code": ("VARCHAR NOT NULL", pl.String, "Country, ISO 3166 alpha-2; 'unknown' where orders name none."),
    "week_start_on": ("DATE NOT NULL", pl.Date, "Monday of the forecast week."),
    "iso_year": ("INTEGER NOT NULL", pl.Int32, "ISO year of the week."),
    "iso_week": ("INTEGER NOT NULL", pl.Int32, "ISO number of the week."),
    "measure": ("VARCHAR NOT NULL", pl.String, "What is forecast: 'quantity', the quantity ordered in the week."),
    "unit_code": ("VARCHAR NOT NULL", pl.String, "Unit of the quantities; 'mixed' where a category sells in several."),
    "model": (
        "VARCHAR NOT NULL",
        pl.String,
        "The model used: chosen by backtest, or Mean, Constant or Zero where no model makes sense.",
    ),
    "model_version": ("VARCHAR NOT NULL", pl.String, "Versions of the forecasting library and of the rules around it."),
    "forecast": ("DECIMAL(18,4) NOT NULL", QUANTITY, "Expected quantity of the week, never negative."),
    "lower_80": ("DECIMAL(18,4) NOT NULL", QUANTITY, "Lower end of the 80 percent interval, never negative."),
    "upper_80": ("DECIMAL(18,4) NOT NULL", QUANTITY, "Upper end of the 80 percent interval."),
    "benchmark": (
        "DECIMAL(18,4) NOT NULL",
        QUANTITY,
        "Seasonal naive: the quantity 52 weeks before, or of the last known week in a series younger than 65 weeks.",
    ),
    "actual": ("DECIMAL(18,4)", QUANTITY, "The quantity really ordered; null for weeks that are not over."),
    "is_backtest": ("BOOLEAN NOT NULL", pl.Boolean, "True for replayed past weeks, false for the forecast itself."),
    "reason": ("VARCHAR NOT NULL", pl.String, "Why this model, and what to know about the series, in words."),
    "wape_backtest": (
        "DECIMAL(18,6)",
        pl.Decimal(18, 6),
        "Absolute errors of the model over the replayed weeks, divided by what was sold; for intermittent series over "
        "totals of four weeks; null where nothing is replayed or was sold.",
    ),
    "benchmark_wape": ("DECIMAL(18,6)", pl.Decimal(18, 6), "The same of the benchmark, over the same weeks."),
}


def forecast_rows(
    run_id: str, history: SalesHistory, forecasts: list[tuple[WeeklySeries, SeriesForecast]]
) -> pl.DataFrame:
    """Return the table's rows in a fixed order."""
    rows: list[dict[str, Any]] = []
    made_by = model_version()
    for series, made in forecasts:
        shared = {
            "run_id": run_id,
            "category_name": series.category_name,
            "market_code": series.market_code,
            "measure": MEASURE,
            "unit_code": series.unit_code,
            "model": made.model,
            "model_version": made_by,
            "reason": made.reason,
            "wape_backtest": made.wape,
            "benchmark_wape": made.benchmark_wape,
        }
        first_week = history.last_week - WEEK * (len(series.quantities) - 1)
        for replayed in made.replayed:
            rows.append(
                shared
                | _week(first_week + WEEK * replayed.week, made_on=first_week + WEEK * replayed.origin)
                | {
                    "forecast": replayed.forecast,
                    "lower_80": replayed.lower,
                    "upper_80": replayed.upper,
                    "benchmark": replayed.benchmark,
                    "actual": replayed.actual,
                    "is_backtest": True,
                }
            )
        for step in range(len(made.forecast)):
            rows.append(
                shared
                | _week(history.last_week + WEEK * (step + 1), made_on=history.last_week + WEEK)
                | {
                    "forecast": made.forecast[step],
                    "lower_80": made.lower[step],
                    "upper_80": made.upper[step],
                    "benchmark": made.benchmark[step],
                    "actual": None,
                    "is_backtest": False,
                }
            )
    for row in rows:
        row["forecast_key"] = _key(row)
    return _typed(rows)


def replace_table(con: duckdb.DuckDBPyConnection, rows: pl.DataFrame) -> None:
    """Replace `lake.marts.fct_forecast` by `rows`, with its comments, in one transaction."""
    declared = ", ".join(f"{name} {sql_type}" for name, (sql_type, _, _) in COLUMNS.items())
    con.register("forecast_rows", rows.to_arrow())
    con.execute("BEGIN")
    try:
        con.execute(f"CREATE OR REPLACE TABLE lake.marts.fct_forecast ({declared})")
        con.execute(f"COMMENT ON TABLE lake.marts.fct_forecast IS {quote_literal(TABLE_COMMENT)}")
        for name, (_, _, meaning) in COLUMNS.items():
            con.execute(f"COMMENT ON COLUMN lake.marts.fct_forecast.{name} IS {quote_literal(meaning)}")
        con.execute("INSERT INTO lake.marts.fct_forecast BY NAME SELECT * FROM forecast_rows")
        con.execute("COMMIT")
    except Exception:
        con.execute("ROLLBACK")
        raise
    finally:
        con.unregister("forecast_rows")


def empty_rows() -> pl.DataFrame:
    """Return the table's columns without rows: what a company that has sold nothing can be told."""
    return _typed([])


def _typed(rows: list[dict[str, Any]]) -> pl.DataFrame:
    kinds = {name: kind for name, (_, kind, _) in COLUMNS.items()}
    # Floats become decimals by rounding, so that the last binary digit of a model's arithmetic never shows.
    floats = {name: pl.Float64 if isinstance(kind, pl.Decimal) else kind for name, kind in kinds.items()}
    frame = pl.DataFrame(rows, schema=floats)
    return frame.with_columns(
        pl.col(name).round(kind.scale).cast(kind) for name, kind in kinds.items() if isinstance(kind, pl.Decimal)
    ).sort("category_name", "market_code", "week_start_on")


def _week(week: date, made_on: date) -> dict[str, Any]:
    """Return the date columns of a row; `made_on` is given as the Monday after the last known week."""
    iso = week.isocalendar()
    return {"week_start_on": week, "iso_year": iso.year, "iso_week": iso.week, "made_on": made_on - WEEK / 7}


def _key(row: dict[str, Any]) -> str:
    parts = ("category_name", "market_code", "measure", "week_start_on", "is_backtest")
    return hashlib.md5("|".join(str(row[part]) for part in parts).encode(), usedforsecurity=False).hexdigest()

"""Forecasts as they were made: kept week after week, to be held against what came.

Comes in: the forecast of a run. Goes out: `planning.forecast_history` and `planning.override_effect`, which only grow until they are
older than the settings say, and the state that tells whether a run has anything new to forecast. Called by `forecasting.sales.run`.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import polars as pl

from forecasting.sales.history import DemandHistory
from forecasting.sales.levels import NEW_PRODUCTS, summed, with_attributes

LEVELS_KEPT = ("total", "market", "channel", "category", "category_market", "style", "sku")
HISTORY = [
    "made_on",
    "level",
    "node_key",
    "week_start_on",
    "forecast",
    "q10",
    "q90",
    "base_forecast",
    "override_quantity",
]
EFFECTS = ["made_on", "override_id", "week_start_on", "base_units", "overridden_units"]
TABLES = {
    "forecast_history": """
        made_on DATE NOT NULL, level VARCHAR NOT NULL, node_key VARCHAR NOT NULL, week_start_on DATE NOT NULL,
        forecast DECIMAL(18,4) NOT NULL, q10 DECIMAL(18,4) NOT NULL, q90 DECIMAL(18,4) NOT NULL,
        base_forecast DECIMAL(18,4) NOT NULL, override_quantity DECIMAL(18,4) NOT NULL""",
    "override_effect": """
        made_on DATE NOT NULL, override_id BIGINT NOT NULL, week_start_on DATE NOT NULL, base_units BIGINT NOT NULL,
        overridden_units BIGINT NOT NULL""",
    "forecast_input": "input_hash VARCHAR NOT NULL, run_id VARCHAR NOT NULL, summary VARCHAR NOT NULL",
}


@dataclass(frozen=True)
class Kept:
    """What earlier runs have left: forecasts as made, effects of overrides, and the last run's inputs with its summary."""

    history: pl.DataFrame
    effects: pl.DataFrame
    input_hash: str | None
    summary: str | None


def read_kept(con: duckdb.DuckDBPyConnection) -> Kept:
    """Return what is kept; creates the tables where they are missing."""
    con.execute("CREATE SCHEMA IF NOT EXISTS lake.planning")
    for name, columns in TABLES.items():
        con.execute(f"CREATE TABLE IF NOT EXISTS lake.planning.{name} ({columns})")
    state = con.execute("SELECT input_hash, summary FROM lake.planning.forecast_input").fetchone()
    history = con.execute(f"SELECT {', '.join(HISTORY)} FROM lake.planning.forecast_history ORDER BY ALL").pl()
    effects = con.execute(f"SELECT {', '.join(EFFECTS)} FROM lake.planning.override_effect ORDER BY ALL").pl()
    return Kept(
        history.with_columns(pl.col(pl.Decimal).cast(pl.Float64)),
        effects,
        *(state if state is not None else (None, None)),
    )


def keep(
    con: duckdb.DuckDBPyConnection, made_on: date, forecast: pl.DataFrame, effects: pl.DataFrame, history_weeks: int
) -> None:
    """Keep the forecast of this origin, in place of an earlier one of the same, and drop what is too old."""
    rows = forecast.filter(pl.col("level").is_in(LEVELS_KEPT)).select(HISTORY)
    oldest = made_on - timedelta(weeks=history_weeks)
    for name, frame in (("forecast_history", rows), ("override_effect", effects.select(EFFECTS))):
        con.execute(f"DELETE FROM lake.planning.{name} WHERE made_on = ? OR made_on < ?", [made_on, oldest])
        con.register("kept_rows", frame.sort(frame.columns).to_arrow())
        con.execute(f"INSERT INTO lake.planning.{name} BY NAME SELECT * FROM kept_rows")
        con.unregister("kept_rows")


def remember_input(con: duckdb.DuckDBPyConnection, input_hash: str, run_id: str, summary: str) -> None:
    """Note what the tables were made from."""
    con.execute("DELETE FROM lake.planning.forecast_input")
    con.execute("INSERT INTO lake.planning.forecast_input VALUES (?, ?, ?)", [input_hash, run_id, summary])


def tracking(kept: pl.DataFrame, history: DemandHistory) -> pl.DataFrame:
    """Return by level and lead how forecasts as they were made compare with what came."""
    is_over = (pl.col("week_start_on") <= history.last_week) & (pl.col("made_on") < pl.col("week_start_on"))
    # What was left for products to come has become products with names of their own.
    over = kept.filter(is_over & ~pl.col("node_key").str.contains(NEW_PRODUCTS, literal=True))
    if over.is_empty():
        return pl.DataFrame()
    demand = with_attributes(history.demand, history.products)
    actual = pl.concat(
        [
            summed(demand, level, "quantity").select(
                "level", "node_key", "week_start_on", pl.col("quantity").alias("actual")
            )
            for level in LEVELS_KEPT
        ]
    )
    rows = over.join(actual, on=["level", "node_key", "week_start_on"], how="left").with_columns(
        pl.col("actual").fill_null(0.0)
    )
    lead = (pl.col("week_start_on") - pl.col("made_on")).dt.total_days() // 7 + 1
    sold, miss = pl.col("actual").abs().sum(), pl.col("forecast") - pl.col("actual")
    base = (pl.col("base_forecast") - pl.col("actual")).abs().sum()
    return rows.group_by("level", lead.cast(pl.Int32).alias("lead_weeks")).agg(
        pl.len().cast(pl.Int32).alias("weeks"),
        pl.col("actual").sum(),
        pl.col("forecast").sum(),
        pl.when(sold > 0).then(miss.abs().sum() / sold).alias("wape"),
        pl.when(sold > 0).then(base / sold).alias("base_wape"),
        pl.when(sold > 0).then(miss.sum() / sold).alias("bias"),
        pl.col("actual").is_between(pl.col("q10"), pl.col("q90")).mean().alias("coverage_80"),
    )

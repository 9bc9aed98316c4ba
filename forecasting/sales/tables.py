"""The tables of the forecast in schema `marts`: their columns, what they mean, and how they are replaced.

Comes in: frames. Goes out: tables with comments, replaced in the caller's transaction. Called by `forecasting.sales.run`.
"""

from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from warehouse.described_table import replace_by_empty

QUANTITY = "DECIMAL(18,4)"
RATIO = "DECIMAL(18,6)"
KINDS: dict[str, Any] = {
    "VARCHAR": pl.String,
    "DATE": pl.Date,
    "INTEGER": pl.Int32,
    "BIGINT": pl.Int64,
    "BOOLEAN": pl.Boolean,
    "TIMESTAMP": pl.Datetime("us"),
    QUANTITY: pl.Decimal(18, 4),
    RATIO: pl.Decimal(18, 6),
}


@dataclass(frozen=True)
class Table:
    """Columns by name: SQL type (with NOT NULL) and meaning. `order` sorts the rows, so that the same data give the same file."""

    name: str
    comment: str
    columns: dict[str, tuple[str, str]]
    order: tuple[str, ...]

    def typed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the table's columns of a frame, in their types; floats become decimals by rounding."""
        schema = {name: KINDS[kind.removesuffix(" NOT NULL")] for name, (kind, _) in self.columns.items()}
        if frame.is_empty():
            return pl.DataFrame(schema=schema)
        columns = []
        for name, kind in schema.items():
            if name not in frame.columns:
                columns.append(pl.lit(None, dtype=kind).alias(name))
            elif isinstance(kind, pl.Decimal):
                rounded = pl.col(name).cast(pl.Float64).fill_nan(None).round(kind.scale)
                columns.append(pl.when(rounded.is_finite()).then(rounded).cast(kind).alias(name))
            else:
                columns.append(pl.col(name).cast(kind))
        return frame.select(columns).sort(self.order)

    def replace(self, con: duckdb.DuckDBPyConnection, frame: pl.DataFrame) -> int:
        """Replace the table and its comments; return how many rows it has now."""
        table = f"lake.marts.{self.name}"
        replace_by_empty(con, table, self.comment, self.columns)
        con.register("table_rows", frame.to_arrow())
        con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM table_rows")
        con.unregister("table_rows")
        return frame.height


_NODE = {
    "level": (
        "VARCHAR NOT NULL",
        "What a row is about: total, market, channel, category, category_market, category_market_channel, style, "
        "style_colour, sku, sku_market.",
    ),
    "node_key": ("VARCHAR NOT NULL", "Name of the node within its level: the names of its parts, joined by |."),
    "category_name": ("VARCHAR NOT NULL", "Product category; 'all' where a row is about all of them."),
    "style_id": ("VARCHAR", "Style; empty above the level of styles. A product without a style is its own."),
    "color": ("VARCHAR", "Colour; empty above the level of colours, 'none' for products without one."),
    "product_key": (
        "VARCHAR",
        "Product, in dim_product; empty above the level of SKUs. Products to come have a key that begins with "
        "new:.",
    ),
    "sku": ("VARCHAR", "SKU; empty above the level of SKUs; '(not yet launched) …' for products to come."),
    "market_code": (
        "VARCHAR NOT NULL",
        "Country, ISO 3166 alpha-2; 'unknown' where orders name none, 'all' where a row is about all of "
        "them.",
    ),
    "channel_code": ("VARCHAR NOT NULL", "Channel, channel_id of dim_channel; 'all' where a row is about all of them."),
}  # fmt: skip
_WEEK = {
    "week_start_on": ("DATE NOT NULL", "Monday of the week."),
    "iso_year": ("INTEGER NOT NULL", "ISO year of the week."),
    "iso_week": ("INTEGER NOT NULL", "ISO number of the week."),
}
_QUANTILES = {
    "q025": (f"{QUANTITY} NOT NULL", "Lower end of the 95 percent interval, never negative."),
    "q10": (f"{QUANTITY} NOT NULL", "Lower end of the 80 percent interval."),
    "q25": (f"{QUANTITY} NOT NULL", "Lower end of the 50 percent interval."),
    "q50": (
        f"{QUANTITY} NOT NULL",
        "Median: as likely exceeded as not. Of what sells seldom it is zero where the mean is not.",
    ),
    "q75": (f"{QUANTITY} NOT NULL", "Upper end of the 50 percent interval."),
    "q90": (f"{QUANTITY} NOT NULL", "Upper end of the 80 percent interval."),
    "q975": (f"{QUANTITY} NOT NULL", "Upper end of the 95 percent interval."),
}

FORECAST = Table(
    "fct_forecast",
    "One row per measure, level, node and ISO week: the forecast of the coming weeks (is_backtest false), and what would have been said "
    "about past weeks, knowing only those before (is_backtest true). Forecasts of a level add up to those of the levels above it exactly; "
    "quantiles do not add up.",
    {
        "forecast_key": ("VARCHAR NOT NULL", "Surrogate key of measure, level, node, week, is_backtest and made_on."),
        "run_id": ("VARCHAR NOT NULL", "The run that made the forecast."),
        "made_on": ("DATE NOT NULL", "Sunday of the last week that was known when the row was forecast."),
        **_NODE,
        **_WEEK,
        "measure": ("VARCHAR NOT NULL", "'quantity', what is ordered in the week, or 'returned_quantity', what comes back in it."),
        "unit_code": ("VARCHAR NOT NULL", "Unit of the quantities; 'mixed' where a node sells in several."),
        "model": (
            "VARCHAR NOT NULL",
            "What made the forecast: the champion of the node's segment, Share for a share of its category, or a plain "
            "answer.",
        ),
        "model_version": ("VARCHAR NOT NULL", "Versions of the forecasting libraries and of the rules around them."),
        "forecast": (f"{QUANTITY} NOT NULL", "Expected quantity of the week with overrides, never negative."),
        **_QUANTILES,
        "benchmark": (f"{QUANTITY} NOT NULL", "Seasonal naive: the quantity 52 weeks before, or of the last known week in a young series."),
        "base_forecast": (f"{QUANTITY} NOT NULL", "The forecast without overrides."),
        "override_quantity": (f"{QUANTITY} NOT NULL", "What overrides add to it or take away."),
        "override_id": ("BIGINT", "The last override that changed the row, in planning.forecast_override."),
        "actual": (QUANTITY, "What came; null for weeks that are not over."),
        "is_backtest": ("BOOLEAN NOT NULL", "True for replayed past weeks, false for the forecast itself."),
        "reason": ("VARCHAR NOT NULL", "Why this model, and what to know about the series, in words."),
        "wape_backtest": (
            RATIO,
            "Absolute errors over the node's replayed weeks, divided by what was sold; null where nothing is replayed or "
            "was sold.",
        ),
        "benchmark_wape": (RATIO, "The same of the benchmark, over the same weeks."),
    },
    ("measure", "level", "node_key", "is_backtest", "made_on", "week_start_on"),
)  # fmt: skip

DAILY = Table(
    "fct_forecast_daily",
    "One row per level, node and day of the near days: the weekly forecast split by weekday, public holiday and shopping day. The days of "
    "a week add up to its forecast exactly.",
    {
        "run_id": ("VARCHAR NOT NULL", "The run that made the forecast."),
        "made_on": ("DATE NOT NULL", "Sunday of the last week that was known."),
        **_NODE,
        "date_on": ("DATE NOT NULL", "The day."),
        "week_start_on": ("DATE NOT NULL", "Monday of its week."),
        "forecast": (f"{QUANTITY} NOT NULL", "Expected quantity of the day with overrides."),
        **_QUANTILES,
    },
    ("level", "node_key", "date_on"),
)

ACCURACY = Table(
    "mart_forecast_accuracy",
    "One row per level, segment, distance and method: how far replayed forecasts were off. The champion is what is used.",
    {
        "made_on": ("DATE NOT NULL", "Sunday of the last week that was known."),
        "level": ("VARCHAR NOT NULL", "Level of fct_forecast."),
        "segment": (
            "VARCHAR NOT NULL",
            "Group of series that share a champion, by their kind of demand; 'all' for all of the level.",
        ),
        "horizon": ("VARCHAR NOT NULL", "Weeks ahead, first and last; 'all' for all of them."),
        "model": (
            "VARCHAR NOT NULL",
            "Method; Champion, and Share below categories, are what the forecast is made of.",
        ),
        "series": ("BIGINT NOT NULL", "Nodes that were measured."),
        "wape": (RATIO, "Absolute errors as a share of demand."),
        "mase": (
            RATIO,
            "Absolute error in mean steps from week to week of the node's past, a mean over nodes; null for shares without one.",
        ),
        "rmsse": (RATIO, "The same with squares."),
        "bias": (RATIO, "Errors as a share of demand: above zero when too much was forecast."),
        "tracking_signal": (RATIO, "Sum of errors in mean absolute errors, a mean over nodes."),
        "coverage_50": (RATIO, "Share of weeks inside the 50 percent interval."),
        "coverage_80": (RATIO, "Share of weeks inside the 80 percent interval."),
        "coverage_95": (RATIO, "Share of weeks inside the 95 percent interval."),
        "pinball": (RATIO, "Mean quantile loss as a share of mean demand."),
        "is_champion": ("BOOLEAN NOT NULL", "Whether it is what the forecast is made of."),
        "is_benchmark": ("BOOLEAN NOT NULL", "Whether it is seasonal naive."),
        "loses_to_benchmark": (
            "BOOLEAN NOT NULL",
            "Whether seasonal naive had a smaller WAPE at this level, segment and distance.",
        ),
    },
    ("level", "segment", "horizon", "model"),
)

OVERRIDES = Table(
    "fct_forecast_override",
    "One row per override and week, as last forecast before the week began; with what came and the value added once the week is over.",
    {
        "override_id": ("BIGINT NOT NULL", "The override, in planning.forecast_override."),
        "week_start_on": ("DATE NOT NULL", "Monday of the week."),
        "made_on": ("DATE NOT NULL", "Sunday of the last week that was known at the last forecast with this override."),
        "level": ("VARCHAR NOT NULL", "What it is about: total, category, style, style_colour or sku."),
        "key": ("VARCHAR NOT NULL", "Name of that."),
        "market_code": ("VARCHAR", "Its market; empty for all."),
        "channel_code": ("VARCHAR", "Its channel; empty for all."),
        "action": ("VARCHAR NOT NULL", "set, multiply or add."),
        "value": ("DECIMAL(18,4) NOT NULL", "The quantity set or added, or the factor."),
        "who": ("VARCHAR NOT NULL", "Who entered it."),
        "why": ("VARCHAR NOT NULL", "Why."),
        "file_name": ("VARCHAR NOT NULL", "The file that it came in."),
        "superseded_by": ("VARCHAR", "What took its place since: an override, or the file that no longer has it."),
        "base_forecast": (f"{QUANTITY} NOT NULL", "Forecast of what it is about without it."),
        "forecast": (f"{QUANTITY} NOT NULL", "Forecast with it."),
        "actual": (QUANTITY, "What came; null while the week is not over."),
        "value_added": (
            QUANTITY,
            "By how much the absolute error is smaller with it; below zero where it made things worse.",
        ),
    },
    ("override_id", "week_start_on"),
)

VALUE_ADDED = Table(
    "mart_forecast_value_added",
    "One row per person and level of overrides, and 'all' for everybody or every level: the error of the forecast "
    "with and without them, over "
    "weeks that are over.",
    {
        "who": ("VARCHAR NOT NULL", "Who entered the overrides; 'all' for everybody."),
        "level": ("VARCHAR NOT NULL", "What they are about; 'all' for every level."),
        "overrides": ("INTEGER NOT NULL", "How many overrides."),
        "weeks": ("INTEGER NOT NULL", "Overrides times the weeks of each that are over."),
        "actual": (f"{QUANTITY} NOT NULL", "What came in those weeks."),
        "base_forecast": (f"{QUANTITY} NOT NULL", "Forecast without the overrides."),
        "forecast": (f"{QUANTITY} NOT NULL", "Forecast with them."),
        "base_absolute_error": (f"{QUANTITY} NOT NULL", "Sum of absolute errors without them."),
        "absolute_error": (f"{QUANTITY} NOT NULL", "Sum of absolute errors with them."),
        "base_wape": (RATIO, "Absolute errors without them as a share of what came."),
        "wape": (RATIO, "Absolute errors with them as a share of what came."),
        "value_added": (
            f"{QUANTITY} NOT NULL",
            "Absolute error that they saved; below zero where they made the forecast worse.",
        ),
        "share_of_weeks_better": (RATIO, "Share of weeks in which they made the forecast better."),
    },
    ("who", "level"),
)

TRACKING = Table(
    "mart_forecast_tracking",
    "One row per level and lead: forecasts as they were made that many weeks before, against what came. Fills up as weeks go by.",
    {
        "level": ("VARCHAR NOT NULL", "Level of fct_forecast."),
        "lead_weeks": ("INTEGER NOT NULL", "Weeks from the last known week to the forecast one; 1 is the next week."),
        "weeks": ("INTEGER NOT NULL", "Nodes times weeks that are over."),
        "actual": (f"{QUANTITY} NOT NULL", "What came."),
        "forecast": (f"{QUANTITY} NOT NULL", "What was forecast."),
        "wape": (RATIO, "Absolute errors as a share of what came."),
        "base_wape": (RATIO, "The same without overrides."),
        "bias": (RATIO, "Errors as a share of what came."),
        "coverage_80": (RATIO, "Share of weeks inside the 80 percent interval."),
    },
    ("level", "lead_weeks"),
)

TABLES = (FORECAST, DAILY, ACCURACY, OVERRIDES, VALUE_ADDED, TRACKING)

"""The sales forecast as files for planners: CSV for programs, XLSX for people, with the same rows.

Comes in: a publication. Goes out: `sales_forecast.csv` and `sales_forecast.xlsx` in the exports folder. Called by orchestration after
publishing. The columns are a contract, described in docs/forecasts.md: they keep their names, order and formats.
"""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from distribution.capacity_exports import export_capacity
from distribution.csv_file import Cell, csv_content
from distribution.xlsx_file import xlsx_content
from warehouse.errors import WeftError
from warehouse.lake import open_for_role
from warehouse.publication import read_publication
from warehouse.settings import Settings
from warehouse.whole_file import write_whole

SALES_FORECAST_FILE = "sales_forecast"
# What a planner works with. SKUs by market are in the warehouse: a sheet would not hold those of every company.
LEVELS = ("total", "market", "channel", "category", "category_market", "style", "style_colour", "sku")
SALES_FORECAST_COLUMNS = (
    "publication_id", "made_on", "level", "node_key", "category_name", "style_id", "color", "product_key", "sku", "market_code",
    "channel_code", "week_start_on", "iso_week", "measure", "unit_code", "forecast", "q025", "q10", "q25", "q50", "q75", "q90", "q975",
    "benchmark", "base_forecast", "override_quantity", "override_id", "model", "model_version", "wape_backtest", "benchmark_wape",
    "reason",
)  # fmt: skip
SALES_FORECAST = f"""
    SELECT
        $1 AS publication_id, made_on, level, node_key, category_name, style_id, color, product_key, sku, market_code, channel_code,
        week_start_on, printf('%04d-W%02d', iso_year, iso_week) AS iso_week, measure, unit_code, forecast, q025, q10, q25, q50, q75, q90,
        q975, benchmark, base_forecast, override_quantity, override_id, model, model_version, wape_backtest, benchmark_wape, reason
    FROM lake.marts.fct_forecast
    WHERE NOT is_backtest AND level IN {LEVELS}
    ORDER BY list_position({list(LEVELS)}, level), node_key, measure, week_start_on
"""
ROWS_AT_ONCE = 2_000


@dataclass(frozen=True)
class ExportedFile:
    """One file as it now stands in the exports folder; `rows` does not count the header."""

    path: Path
    rows: int
    sha256: str


def export_all(settings: Settings, publication_id: int) -> list[ExportedFile]:
    """Write every file for planners from the named publication; the same publication gives the same bytes.

    Raises:
        WeftError: the publication is not kept, or was made before there was a forecast of this layout.
    """
    sales = export_sales_forecast(settings, publication_id)
    return [*sales, *(ExportedFile(*file) for file in export_capacity(settings, publication_id))]


def export_sales_forecast(settings: Settings, publication_id: int) -> list[ExportedFile]:
    """Replace `sales_forecast.csv` and `.xlsx` by the forecast of the named publication; neither when one cannot be made."""
    with closing(open_for_role(settings, None, publication_id, schemas=("marts",))) as con:
        if not con.execute(
            "SELECT 1 FROM information_schema.columns WHERE table_catalog = 'lake' AND table_schema = 'marts' "
            "AND table_name = 'fct_forecast' AND column_name = 'level'"
        ).fetchone():
            raise WeftError(
                f"Publication {publication_id} holds no forecast, so {SALES_FORECAST_FILE}.csv was not written."
            )
        published_at = datetime.fromisoformat(read_publication(settings, publication_id).published_at).replace(
            tzinfo=None
        )
        contents = {
            "csv": csv_content(SALES_FORECAST_COLUMNS, _rows(con, publication_id)),
            "xlsx": xlsx_content(
                "sales_forecast",
                SALES_FORECAST_COLUMNS,
                _rows(con, publication_id),
                created_at=published_at,
                temp_dir=settings.temp_dir,
            ),
        }
        counted = con.execute(f"SELECT count(*) FROM ({SALES_FORECAST})", [publication_id]).fetchone()
    files = []
    for suffix, content in contents.items():
        path = settings.exports_dir / f"{SALES_FORECAST_FILE}.{suffix}"
        write_whole(path, content)
        files.append(ExportedFile(path, int(counted[0]) if counted else 0, hashlib.sha256(content).hexdigest()))
    return files


def _rows(con: duckdb.DuckDBPyConnection, publication_id: int) -> Iterator[tuple[Cell, ...]]:
    found = con.execute(SALES_FORECAST, [publication_id])
    while rows := found.fetchmany(ROWS_AT_ONCE):
        yield from rows
